"""How a run was trained."""

from spondylo_mmpose.engine.training_figure import (
    best_validation,
    training_curves,
    validations,
)
from spondylo_mmpose.reporting.run_record import RunRecord
from spondylo_mmpose.reporting.sections.items import Paragraph, Part, Picture, Pictures


def training_part(run: RunRecord, floor: float | None = None) -> Part:
    """Curves of loss, learning rate and validations, or that there is no log.

    Args:
        run: Its log may be empty.
        floor: MRE of the mean shape on the tested films, px.
    """
    best_by, greatest = chosen_by(run)
    figure = training_curves(run.scalars, floor, best_by, greatest)
    if figure is None:
        text = 'There is no training log beside these predictions.'
        return Part('Training', [Paragraph(text)], is_open=False)
    checks, prefix = validations(run.scalars)
    best = best_validation(run.scalars, best_by, greatest)
    told = ''
    if best is not None:
        value = next(c[f'{prefix}/MRE_px'] for c in checks if c['step'] == best)
        told = f' Best validation at {best}, MRE {value:.2f} px.'
    picture = Picture.of(figure, f'training loss and validation error.{told}')
    text = (
        'The best validation is the one with the '
        f'{"greatest" if greatest else "smallest"} {best_by or f"{prefix}/MRE_px"}. '
        'A validation during training may be of other films than those tested here.'
    )
    return Part(
        'Training', [Pictures([picture]), *([Paragraph(text)] if checks else [])]
    )


def chosen_by(run: RunRecord) -> tuple[str | None, bool]:
    """Value that chose the checkpoint, and whether its greatest is the best."""
    hooks = (run.config.get('default_hooks') if run.config is not None else None) or {}
    hook = hooks.get('checkpoint') or {}
    chosen, rule = hook.get('save_best'), hook.get('rule')
    if not isinstance(chosen, str) or chosen == 'auto':
        return None, False
    return chosen, rule == 'greater'
