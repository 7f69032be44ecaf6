"""HTTP: pages, the API and what guards them."""
