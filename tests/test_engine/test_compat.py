import importlib
import os
import pickle
import subprocess
import sys
from contextlib import contextmanager

import numpy as np
import pytest
import torch
from mmengine.evaluator import BaseMetric, Evaluator
from mmengine.logging import HistoryBuffer
from mmengine.model import BaseModel
from mmengine.runner import Runner, load_checkpoint
from mmengine.structures import InstanceData
from torch import nn

from spondylo_mmpose.engine import compat


def run_python(code):
    """Run code in a fresh interpreter: what is imported already would hide faults."""
    return subprocess.run(
        [sys.executable, '-c', code], capture_output=True, text=True, check=False
    )


class TestActivation:
    def test_package_import_loads_none_of_the_heavy_modules(self):
        done = run_python(
            'import sys, spondylo_mmpose\n'
            'print({"torch", "numpy", "mmengine", "mmpose"} & set(sys.modules))'
        )
        assert done.stdout == 'set()\n', done.stderr

    def test_twice_is_once(self):
        before = list(sys.meta_path)
        compat.activate()
        assert sys.meta_path == before

    def test_mend_surrounds_the_execution_of_a_module(self, tmp_path, monkeypatch):
        (tmp_path / 'mended_one.py').write_text('inside = open_now\n')
        monkeypatch.syspath_prepend(tmp_path)

        @contextmanager
        def mend(module):
            module.open_now = True
            yield
            module.open_now = False

        monkeypatch.setattr(sys, 'meta_path', list(sys.meta_path))
        monkeypatch.delitem(sys.modules, 'mended_one', raising=False)
        compat.activate({'mended_one': mend})
        module = importlib.import_module('mended_one')
        assert (module.inside, module.open_now) == (True, False)
        assert module.__loader__.get_source('mended_one') == 'inside = open_now\n'

    def test_module_imported_before_is_mended_at_once(self, monkeypatch):
        seen = []

        @contextmanager
        def mend(module):
            yield
            seen.append(module)

        monkeypatch.setattr(sys, 'meta_path', list(sys.meta_path))
        compat.activate({'json': mend, 'no_such_module': mend})
        assert seen == [sys.modules['json']]

    def test_missing_module_stays_missing(self, monkeypatch):
        monkeypatch.setattr(sys, 'meta_path', list(sys.meta_path))
        compat.activate({'no_such_module': compat.MENDS['pkg_resources']})
        with pytest.raises(ModuleNotFoundError, match='no_such_module'):
            importlib.import_module('no_such_module')


class TinyModel(BaseModel):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 1)

    def forward(self, inputs, mode='tensor'):
        loss = self.layer(inputs).square().mean()
        return {'loss': loss} if mode == 'loss' else [loss]


class Mean(BaseMetric):
    def process(self, data_batch, data_samples):
        self.results.append(1.0)

    def compute_metrics(self, results):
        return {'one': np.mean(results)}


def make_runner(work_dir, epochs, resume):
    data = [torch.ones(2) * i for i in range(4)]
    loader = {
        'dataset': data,
        'batch_size': 2,
        'sampler': {'type': 'DefaultSampler', 'shuffle': False},
        'collate_fn': lambda items: {'inputs': torch.stack(items)},
    }
    return Runner(
        TinyModel(),
        str(work_dir),
        train_dataloader=loader,
        val_dataloader=loader,
        val_evaluator=Evaluator(Mean()),
        train_cfg={'by_epoch': True, 'max_epochs': epochs},
        val_cfg={},
        optim_wrapper={'optimizer': {'type': 'SGD', 'lr': 0.1, 'momentum': 0.9}},
        default_hooks={
            'checkpoint': {'type': 'CheckpointHook', 'save_best': 'one', 'rule': 'less'}
        },
        resume=resume,
        experiment_name=f'resume-{resume}',
        log_level='ERROR',
    )


class TestCheckpoints:
    def test_run_is_resumed_from_its_own_checkpoint(self, tmp_path):
        first = make_runner(tmp_path, 1, resume=False)
        first.train()
        losses = first.message_hub.get_scalar('train/loss').data[0]
        second = make_runner(tmp_path, 2, resume=True)
        second.load_or_resume()
        assert second.epoch == 1
        np.testing.assert_array_equal(
            second.message_hub.get_scalar('train/loss').data[0], losses
        )
        second.train()
        assert (tmp_path / 'epoch_2.pth').is_file()

    @pytest.mark.parametrize(
        'value',
        [
            np.arange(6, dtype=np.float32).reshape(2, 3),
            np.float64(0.5),
            np.int64(3),
            np.array([True, False]),
            np.array(['superior_left']),
            {'sigmas': np.ones(4), 'flip_indices': [1, 0, 3, 2]},
        ],
    )
    def test_meta_comes_back(self, tmp_path, value):
        path = tmp_path / 'meta.pth'
        torch.save({'state_dict': {}, 'meta': value}, path)
        loaded = torch.load(path, weights_only=True)['meta']
        np.testing.assert_equal(loaded, value)

    @pytest.mark.parametrize('package', ['numpy.core', 'numpy._core'])
    def test_arrays_of_either_numpy(self, package):
        # Protocol 2 as torch writes it: _reconstruct(ndarray, (0,), b'b').
        allowed = torch.serialization.get_safe_globals()
        named = {f[1]: f[0] for f in allowed if isinstance(f, tuple)}
        array = named[f'{package}.multiarray._reconstruct'](np.ndarray, (0,), b'b')
        assert array.shape == (0,)

    def test_statistics_of_a_loaded_buffer(self, tmp_path):
        path = tmp_path / 'buffer.pth'
        torch.save(HistoryBuffer([1.0, 3.0], [1, 1]), path)
        loaded = torch.load(path, weights_only=True)
        assert loaded.mean() == 2.0
        assert loaded.statistics('max') == 3.0

    @pytest.mark.parametrize(
        ('function', 'arguments'),
        [
            (os.system, ('true',)),
            (getattr, ('os', 'system')),
            (getattr, (HistoryBuffer, '__init__')),
            (getattr, (HistoryBuffer, '__subclasses__')),
            (getattr, (dict, 'update')),
            (eval, ('1',)),
            (importlib.import_module, ('os',)),
        ],
    )
    def test_code_in_a_checkpoint_is_refused(self, tmp_path, function, arguments):
        class Evil:
            def __reduce__(self):
                return function, arguments

        path = tmp_path / 'evil.pth'
        torch.save({'state_dict': {}, 'meta': Evil()}, path)
        with pytest.raises(pickle.UnpicklingError):
            torch.load(path, weights_only=True)
        with pytest.raises(pickle.UnpicklingError):
            load_checkpoint(TinyModel(), str(path))


class TestTorchvision:
    def test_stand_in_lives_no_longer_than_the_import(self):
        done = run_python(
            'import sys\n'
            "sys.modules['torchvision'] = None  # as if it were not installed\n"
            'import spondylo_mmpose, mmpose.visualization.simcc_vis as simcc\n'
            'print(simcc.ToPILImage.__module__)\n'
            "print(sorted(n for n in sys.modules if n.startswith('torchvision')))\n"
            'try:\n    import torchvision\n'
            "except ImportError:\n    print('still missing')\n"
        )
        assert done.stdout.splitlines() == [
            'spondylo_mmpose.engine.compat',
            "['torchvision']",
            'still missing',
        ], done.stderr

    @pytest.mark.parametrize(
        ('source', 'expected'),
        [
            ('class ToPILImage: pass', 'torchvision.transforms []'),
            (
                'raise RuntimeError("operator torchvision::nms does not exist")',
                'spondylo_mmpose.engine.compat []',
            ),
        ],
        ids=['working', 'broken'],
    )
    def test_installed_one(self, tmp_path, source, expected):
        # A small mmpose in place of the real one, which takes seconds to import.
        package = tmp_path / 'torchvision'
        user = tmp_path / 'mmpose' / 'visualization'
        for folder in (package, user.parent, user):
            folder.mkdir()
            (folder / '__init__.py').touch()
        (user / 'simcc_vis.py').write_text(
            'from torchvision.transforms import ToPILImage'
        )
        (package / 'transforms.py').write_text(source)
        done = run_python(
            f'import sys; sys.path.insert(0, {str(tmp_path)!r})\n'
            'import spondylo_mmpose, mmpose.visualization.simcc_vis as simcc\n'
            'left = [n for n in sys.modules if n.startswith("torchvision")\n'
            '        and sys.modules[n].__spec__.loader is None]\n'
            'print(simcc.ToPILImage.__module__, left)'
        )
        assert done.stdout == expected + '\n', done.stderr

    def test_picture_of_a_grey_heatmap(self):
        picture = compat.ToPILImage()(torch.tensor([[0.0, 1.0], [0.5, 0.25]]))
        assert picture.mode == 'L'
        np.testing.assert_array_equal(np.asarray(picture), [[0, 255], [127, 63]])

    def test_picture_of_a_colour_image(self):
        tensor = torch.zeros(3, 2, 5, dtype=torch.uint8)
        tensor[1, 0, 4] = 9
        picture = compat.ToPILImage()(tensor)
        assert (picture.mode, picture.size) == ('RGB', (5, 2))
        assert picture.getpixel((4, 0)) == (0, 9, 0)


def data_samples(labels):
    from mmpose.structures import PoseDataSample

    sample = PoseDataSample(metainfo={})
    sample.gt_instance_labels = InstanceData(**labels)
    return sample


class TestBfloat16:
    @pytest.fixture(autouse=True)
    def scope(self):
        from mmengine.registry import DefaultScope

        with DefaultScope.overwrite_default_scope('mmpose'):
            yield

    def test_values_are_kept(self):
        from mmpose.utils.tensor_utils import to_numpy

        tensor = torch.tensor([[1.5, -2.0]], dtype=torch.bfloat16)
        array, device = to_numpy(tensor, return_device=True)
        assert (array.dtype, str(device)) == (np.float32, 'cpu')
        np.testing.assert_array_equal(array, [[1.5, -2.0]])
        np.testing.assert_array_equal(to_numpy([tensor, tensor])[1], [[1.5, -2.0]])
        assert to_numpy((tensor, tensor), unzip=True)[0][0].shape == (1, 2)

    def test_other_types_pass_unchanged(self):
        from mmpose.utils.tensor_utils import to_numpy

        assert to_numpy(torch.ones(2, dtype=torch.float64)).dtype == np.float64
        array = np.ones(2)
        assert to_numpy(array) is array

    def test_heatmap_head_trains_under_autocast(self):
        from mmpose.models.heads import HeatmapHead

        head = HeatmapHead(
            4,
            4,
            deconv_out_channels=None,
            loss={'type': 'KeypointMSELoss', 'use_target_weight': True},
        )
        sample = data_samples({'keypoint_weights': torch.ones(1, 4)})
        from mmengine.structures import PixelData

        sample.gt_fields = PixelData(heatmaps=torch.rand(4, 8, 8))
        with torch.autocast('cpu', dtype=torch.bfloat16):
            losses = head.loss([torch.rand(1, 4, 8, 8)], [sample], {})
        assert 0 <= losses['acc_pose'] <= 1

    def test_rtmcc_head_trains_under_autocast(self):
        from mmengine.registry import init_default_scope
        from mmpose.models.heads import RTMCCHead

        init_default_scope('mmpose')
        codec = {'type': 'SimCCLabel', 'input_size': (64, 64), 'sigma': (2.0, 2.0)}
        gau = {'hidden_dims': 16, 's': 16, 'expansion_factor': 2, 'dropout_rate': 0.0}
        gau |= {'drop_path': 0.0, 'act_fn': 'SiLU', 'use_rel_bias': False}
        head = RTMCCHead(
            8,
            4,
            (64, 64),
            (2, 2),
            final_layer_kernel_size=1,
            gau_cfg=gau | {'pos_enc': False},
            loss={'type': 'KLDiscretLoss', 'use_target_weight': True},
            decoder={**codec, 'simcc_split_ratio': 2.0},
        )
        labels = {'keypoint_x_labels': torch.rand(1, 4, 128)}
        labels['keypoint_y_labels'] = torch.rand(1, 4, 128)
        sample = data_samples(labels | {'keypoint_weights': torch.ones(1, 4)})
        with torch.autocast('cpu', dtype=torch.bfloat16):
            losses = head.loss([torch.rand(1, 8, 2, 2)], [sample], {})
        assert 0 <= losses['acc_pose'] <= 1
