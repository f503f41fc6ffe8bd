"""The trunks of several networks, side by side."""

from collections.abc import Sequence

from mmengine.model import BaseModule
from mmpose.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class MemberTrunks(BaseModule):
    """Backbones and necks of the members of an ensemble, each on the same picture.

    Args:
        members: Of each its ``backbone`` and, if it has one, its ``neck``.
        init_cfg: Initialisation.
    """

    def __init__(self, members: Sequence[dict], init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg)
        self.members = nn.ModuleList(
            nn.Sequential(
                *(
                    MODELS.build(one[part])
                    for part in ('backbone', 'neck')
                    if part in one
                )
            )
            for one in members
        )

    def forward(self, pictures: Tensor) -> tuple[Tensor, ...]:
        """Compute the maps of the first member, then those of the next, and so on.

        Args:
            pictures: ``(B, 3, H, W)``.
        """
        return tuple(level for member in self.members for level in member(pictures))
