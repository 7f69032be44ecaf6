"""The pure core: pictures, records, geometry, payloads; torch and PIL only."""
