"""The parts of the package lie in layers: imports lead one way."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter

from tests.conftest import ROOT

PACKAGE = ROOT / 'spondylo_mmpose'
PARTS = {path.parent.name for path in PACKAGE.glob('*/__init__.py')}


def imported(node: ast.AST) -> Iterator[str]:
    """Modules that code imports, also inside functions, but for types alone."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and 'TYPE_CHECKING' in ast.unparse(child.test):
            continue
        if isinstance(child, ast.ImportFrom):
            yield from (f'{child.module}.{one.name}' for one in child.names)
        elif isinstance(child, ast.Import):
            yield from (one.name for one in child.names)
        yield from imported(child)


def parts_imported(part: str) -> set[str]:
    """Other parts that a part imports."""
    modules = {
        module
        for path in (PACKAGE / part).rglob('*.py')
        for module in imported(ast.parse(path.read_text()))
    }
    ours = {module.split('.')[1] for module in modules if is_ours(module)}
    return (ours & PARTS) - {part}


def is_ours(module: str) -> bool:
    """Whether it is of the package, and not the package itself."""
    return module.startswith('spondylo_mmpose.')


def test_no_part_imports_one_that_imports_it():
    graph = {part: parts_imported(part) for part in PARTS}
    assert graph['apis'] >= {'film_report', 'zoo'}
    # A cycle is an error that names its members.
    order = list(TopologicalSorter(graph).static_order())
    assert order.index('spine') < order.index('evaluation') < order.index('apis')
