"""The console command ``spondylo``: the tools under one name."""
