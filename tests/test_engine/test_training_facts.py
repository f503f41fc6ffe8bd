import shutil
import subprocess
from pathlib import Path

from mmengine.config import Config

from spondylo_mmpose.engine.training_facts import (
    data_facts,
    git_state,
    peak_memory,
    start_weights,
)
from spondylo_mmpose.utils.io import file_digest, read_json, write_json


def git(folder, *arguments):
    subprocess.run(
        ['git', '-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@b', *arguments],
        check=True, capture_output=True,
    )  # fmt: skip


def test_the_data_and_what_is_in_them(phantoms):
    def loader(*splits):
        sets = [
            {'data_root': str(phantoms), 'ann_file': f'annotations/{split}.json'}
            for split in splits
        ]
        return {'dataset': {'datasets': sets}}

    config = Config({
        'train_dataloader': loader('train', 'none'), 'val_dataloader': None
    })  # fmt: skip
    facts = data_facts(config)
    assert facts['val'] == []
    (train,) = facts['train']
    path = phantoms / 'annotations' / 'train.json'
    content = read_json(path)
    assert train['name'] == 'train.json'
    assert train['sha256'] == file_digest(path)
    assert train['films'] == train['patients'] == len(content['images'])
    assert train['sources'] == {'phantom': len(content['images'])}
    assert train['vertebrae'] == sum(train['levels'].values())
    assert train['levels']['S1'] == len(content['images'])


def test_a_file_of_others_is_named_at_least(tmp_path):
    (tmp_path / 'a.json').write_text('[]')
    node = {'data_root': str(tmp_path), 'ann_file': 'a.json'}
    config = Config({'train_dataloader': {'dataset': node}})
    (entry,) = data_facts(config)['train']
    assert set(entry) == {'name', 'sha256'}


def test_a_licence_asks_to_name_whom_the_films_are_from(tmp_path):
    content = {
        'info': {'description': 'Films', 'contributor': 'Who', 'url': ''},
        'images': [], 'annotations': [],
    }  # fmt: skip
    path = tmp_path / 'train.json'
    dataset = {'data_root': '', 'ann_file': str(path)}
    config = Config({'train_dataloader': {'dataset': dataset}})
    write_json(path, {**content, 'licenses': [{'name': 'CC BY 4.0'}]})
    assert data_facts(config)['train'][0]['credit'] == 'Films, Who, CC BY 4.0'
    write_json(path, {**content, 'licenses': []})
    assert data_facts(config)['train'][0]['credit'] is None


def test_the_weights_a_training_begins_with(tmp_path):
    path = tmp_path / 'epoch_1.pth'
    path.write_bytes(b'weights')
    config = Config({'load_from': str(path)})
    told = {'name': 'epoch_1.pth', 'sha256': file_digest(path)}
    assert start_weights(config) == {**told, 'train': []}
    earlier, own = {'films': 1}, {'films': 2}
    record = {'data': {'train': [own]}, 'began_with': {'train': [earlier]}}
    write_json(tmp_path / 'training.json', record)
    assert start_weights(config) == {**told, 'train': [earlier, own]}
    for other in ({}, {'load_from': None}, {'load_from': 'https://a.b/c.pth'},
                  {'load_from': str(path), 'resume': True}):  # fmt: skip
        assert start_weights(Config(other)) is None


def test_the_state_of_a_checkout(tmp_path):
    package = tmp_path / 'package'
    package.mkdir()
    (package / '__init__.py').write_text('')
    assert git_state(package) is None
    git(tmp_path, 'init')
    # In somebody's checkout, but no part of it.
    assert git_state(package) is None
    git(tmp_path, 'add', '.')
    git(tmp_path, 'commit', '-m', 'first')
    state = git_state(package)
    assert len(state['commit']) == 40
    assert state['dirty'] is False
    (tmp_path / 'new').write_text('not part of it')
    assert git_state(package) == state
    (package / '__init__.py').write_text('changed')
    assert git_state(package) == {**state, 'dirty': True}
    shutil.rmtree(tmp_path / '.git')


def test_without_git(monkeypatch):
    monkeypatch.setenv('PATH', '')
    assert git_state(Path()) is None


def test_peak_memory():
    assert peak_memory()['process_mib'] > 50
