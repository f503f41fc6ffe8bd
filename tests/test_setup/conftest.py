import sys
from pathlib import Path

# The set-up runs before anything is installed, from the folder of the tools.
sys.path.insert(0, str(Path(__file__).parents[2] / 'tools'))
