"""Dump of every prediction that is never half written."""

from mmengine.evaluator import DumpResults
from mmpose.registry import METRICS

from spondylo_mmpose.utils.io import atomic_file


@METRICS.register_module()
class AtomicDumpResults(DumpResults):
    """mmengine's ``DumpResults``, written to a temporary name and renamed."""

    def compute_metrics(self, results: list) -> dict:
        """Write the collected predictions; runs on the main process only."""
        final = self.out_file_path
        try:
            with atomic_file(final) as temporary:
                self.out_file_path = str(temporary)
                super().compute_metrics(results)
        finally:
            self.out_file_path = final
        return {}
