"""Calls a function of a test in several processes; see ``ToolRunner.in_processes``."""

import pickle
import sys
from pathlib import Path

from torch.multiprocessing import start_processes

if __name__ == '__main__':
    # Tests are modules of the folder above this one.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    function, arguments, number = pickle.loads(bytes.fromhex(sys.argv[1]))
    start_processes(function, arguments, number, start_method='fork')
