"""`python -m convlens` is the `convlens` command."""

import sys

from .cli import main

sys.exit(main())
