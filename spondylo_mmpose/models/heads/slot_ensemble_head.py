"""The heads of several networks that answer as one."""

from collections.abc import Mapping, Sequence
from typing import Any

from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample
from torch import Tensor, nn

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.models.heads.slot_head import SlotHead
from spondylo_mmpose.models.heads.slot_outputs import SlotOutputs, mean_outputs


@MODELS.register_module()
class SlotEnsembleHead(SlotHead):
    """Mean of what the members of an ensemble say of each slot, behind `MemberTrunks`.

    Logits are averaged, and so are logarithms of variances. Members are trained apart
    and put together by ``tools/make_ensemble.py``.

    Args:
        members: Of each its :class:`.SlotHead`.
        init_cfg: Initialisation.

    Raises:
        ValueError: If there are none, or they do not answer alike: other slots, another
            stride, presence told by some.
    """

    def __init__(self, members: Sequence[dict], init_cfg: dict | None = None) -> None:
        heads: list[SlotHead] = [MODELS.build(one) for one in members]
        kinds = {(one.slots, one.stride, one.tells_presence) for one in heads}
        if len(kinds) != 1:
            raise ValueError(
                'members of an ensemble answer alike; (slots, stride, presence told): '
                f'{sorted(kinds)}'
            )
        super().__init__(*kinds.pop(), init_cfg)
        self.members = nn.ModuleList(heads)

    def forward(self, feats: Sequence[Tensor]) -> SlotOutputs:
        """Run the heads.

        Args:
            feats: Maps of the first member, from fine to coarse, then of the next.
        """
        levels = len(feats) // len(self.members)
        return mean_outputs(
            [
                member(feats[index * levels : (index + 1) * levels])
                for index, member in enumerate(self.members)
            ]
        )

    def loss(
        self,
        feats: Sequence[Tensor],
        batch_data_samples: Sequence[PoseDataSample],
        train_cfg: Mapping[str, Any] | None = None,
    ) -> dict[str, Tensor]:
        """Refuse: members that learn together are no ensemble.

        Raises:
            SpondyloError: Always.
        """
        raise SpondyloError(
            'an ensemble is not trained; train its members, each by its config, and '
            'put them together with tools/make_ensemble.py'
        )
