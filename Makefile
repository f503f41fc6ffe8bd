# `make` lists what there is to do. Everything runs in .venv, which `make setup` builds;
# PYTHON_ENV=/path/to/environment uses a ready environment instead, untouched.

SHELL := /bin/bash
.DEFAULT_GOAL := help

# Starts the set-up only; any Python from 3.8 on does. The set-up itself finds 3.11.
BOOTSTRAP ?= $(firstword $(foreach p,python3 python3.11 python3.10,\
               $(shell command -v $(p) >/dev/null 2>&1 && $(p) -c '' 2>/dev/null && echo $(p))))

ifdef PYTHON_ENV
RUN := $(PYTHON_ENV)/bin/python
ifeq ($(wildcard $(RUN)),)
$(error PYTHON_ENV=$(PYTHON_ENV) has no bin/python; name the folder of an environment)
endif
READY :=
else
RUN := .venv/bin/python
READY := environment
endif

SETUP_ARGS := $(if $(PYTHON),--python '$(PYTHON)') \
              $(if $(TORCH_INDEX),--torch-index '$(TORCH_INDEX)')

.PHONY: help setup environment demo test test-all smoke ablations weights bench lint format clean clean-env

help:  ## List the targets.
	@echo 'Targets:'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | \
	  awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'
	@echo
	@echo 'Settings, as in `make demo SPONDYLO_REAL_DATA=/path/to/films`:'
	@echo '  PYTHON=python3.11         interpreter that `make setup` builds with'
	@echo '  TORCH_INDEX=<url>         package index for torch alone (a CPU build)'
	@echo '  MAX_JOBS=1                files compiled at once during the set-up'
	@echo '  PYTHON_ENV=/path          use this ready environment, build none'
	@echo '  SPONDYLO_REAL_DATA=/path  folder of the real films, for demo and test'
	@echo "  PYTEST_ARGS='-k slip'     further arguments for pytest"
	@echo "  SMOKE_ARGS=configs/x.py   these recipes only, for smoke"
	@echo "  BENCH='decoding peers'    these benchmarks only, for bench"
	@echo '  TRAIN_ARGS=--amp          further arguments for weights and ablations'
	@echo '  SPONDYLO_PEERS=/bin/py    interpreter that has the programs of peers, for bench'

ifdef PYTHON_ENV
setup: BOOTSTRAP := $(RUN)
setup: SETUP_ARGS := --check $(RUN)
endif
setup: environment  ## Build .venv (8 to 11 minutes the first time, then a second).

environment:
ifeq ($(strip $(BOOTSTRAP)),)
	@echo 'error: no python3 found; install Python 3.11' >&2; exit 2
else
	@$(BOOTSTRAP) tools/setup_env.py $(SETUP_ARGS)
endif

demo: $(READY)  ## Train and judge a small model, and make a report to look at.
	$(RUN) tools/demo.py $(if $(SPONDYLO_REAL_DATA),--real-data '$(SPONDYLO_REAL_DATA)')

PYTEST := OMP_NUM_THREADS=$${OMP_NUM_THREADS:-1} \
	  $(RUN) -m pytest -n auto --maxprocesses 4 --dist loadfile \
	  --no-loadscope-reorder

test: $(READY)  ## Run the tests.
	$(PYTEST) $(PYTEST_ARGS)

test-all: $(READY)  ## Run those that take minutes as well.
	$(PYTEST) -m '' $(PYTEST_ARGS)

smoke: $(READY)  ## Try every recipe on phantoms: train, resume, test (SMOKE_ARGS).
	$(RUN) -W ignore tools/smoke.py $(SMOKE_ARGS)

ABLATIONS ?= work_dirs/ablations
PHANTOMS = $(RUN) -W ignore tools/make_phantoms.py

ablations: $(READY)  ## Train MAHT-Net without each of its parts, and compare (a night).
	[ -d '$(ABLATIONS)/train' ] || \
	  $(PHANTOMS) '$(ABLATIONS)/train' --num 1050 --seed 11 --layout coco --val-share 0.05
	[ -d '$(ABLATIONS)/test' ] || \
	  $(PHANTOMS) '$(ABLATIONS)/test' --num 300 --seed 12 --layout coco --val-share 0
	SPONDYLO_DATA='$(ABLATIONS)/train' $(RUN) tools/train_all.py configs/ablations/*.py \
	  --no-pretrained $(TRAIN_ARGS) --out '$(ABLATIONS)/runs' --cfg-options \
	  test_dataloader.dataset.data_root='$(ABLATIONS)/test' \
	  test_dataloader.dataset.ann_file=annotations/train.json

WEIGHTS ?= work_dirs/weights
FINDER = finder_first
CORNERS = maht_net_topdown_t_spondylo
VARIED = corners_varied_first
# The last weights of a first step: the best on phantoms are not the best on films.
LAST = $$(cat '$(WEIGHTS)/runs/$(1)'/last_checkpoint)
TRAITS = --traits corners plates sacrum mottle oblique --trait-share 0.5

weights: $(READY)  ## Train the model that ships, and publish it (hours; SPONDYLO_REAL_DATA).
	@[ -d '$(SPONDYLO_REAL_DATA)/mendeley_lateral6' ] || { \
	  echo 'set SPONDYLO_REAL_DATA to the folder that holds mendeley_lateral6/'; exit 1; }
	[ -d '$(WEIGHTS)/train' ] || $(PHANTOMS) '$(WEIGHTS)/train' --num 4200 --seed 11 \
	  --all-levels --layout coco --val-share 0.05
	[ -d '$(WEIGHTS)/varied' ] || $(PHANTOMS) '$(WEIGHTS)/varied' --num 2100 --seed 11 \
	  --all-levels --layout coco --val-share 0.05 $(TRAITS)
	[ -d '$(WEIGHTS)/readers' ] || $(PHANTOMS) '$(WEIGHTS)/readers' --num 1050 --seed 11 \
	  --layout coco --val-share 0.05
	[ -d '$(WEIGHTS)/test' ] || $(PHANTOMS) '$(WEIGHTS)/test' --num 300 --seed 12 \
	  --all-levels --layout coco --val-share 0
	[ -d '$(WEIGHTS)/films' ] || $(RUN) tools/convert_dataset.py mendeley \
	  '$(SPONDYLO_REAL_DATA)/mendeley_lateral6' '$(WEIGHTS)/films'
	$(RUN) tools/split_dataset.py manual '$(WEIGHTS)/films' --rest train --name all --force
	SPONDYLO_DATA='$(WEIGHTS)/train' $(RUN) tools/train_all.py configs/lumbar_lateral/$(FINDER).py \
	  --no-pretrained $(TRAIN_ARGS) --out '$(WEIGHTS)/runs/finder' --cfg-options \
	  test_dataloader.dataset.data_root='$(WEIGHTS)/test' \
	  test_dataloader.dataset.ann_file=annotations/train.json
	SPONDYLO_DATA='$(WEIGHTS)/varied' $(RUN) tools/train_all.py configs/$(CORNERS).py \
	  configs/lumbar_lateral/$(VARIED).py --detector configs/lumbar_lateral/$(FINDER).py "$(call LAST,finder/$(FINDER))" \
	  --no-pretrained $(TRAIN_ARGS) --out '$(WEIGHTS)/runs/corners' --cfg-options \
	  test_dataloader.dataset.data_root='$(WEIGHTS)/test' \
	  test_dataloader.dataset.ann_file=annotations/train.json
	$(RUN) tools/split_dataset.py kfold '$(WEIGHTS)/films' --folds 6 --name loo --force
	for split in all loo/fold{0..5}; do \
	  $(call TUNE,finder,finder/$(FINDER),readers) && \
	  $(call TUNE,corners,corners/$(CORNERS),varied) && \
	  $(call TUNE,corners_varied,corners/$(VARIED),varied) && \
	  $(call JOIN,'$(WEIGHTS)/tuned'/$$split/corners,'$(WEIGHTS)/tuned'/$$split/corners_varied,tuned/$$split) || exit; \
	done
	for k in {0..5}; do \
	  $(call TRY,loo/fold$$k,loo,$$k,tuned/loo/fold$$k/finder,tuned/loo/fold$$k,val) || exit; \
	done
	split=all; $(call TUNE,finder_phantoms,finder/$(FINDER),readers)
	$(call JOIN,"$(call LAST,corners/$(CORNERS))","$(call LAST,corners/$(VARIED))",runs)
	$(call TRY,all,alone,,tuned/all/finder_phantoms,runs,train)
	$(RUN) tools/calibrate_uncertainty.py '$(WEIGHTS)/loo'/found0.pkl --more \
	  '$(WEIGHTS)/loo'/found[1-5].pkl --few-as-normal --cross-check \
	  --run 'leave one film out' \
	  --out '$(WEIGHTS)/calibration.json'
	$(RUN) -W ignore tools/publish.py '$(WEIGHTS)/tuned/all/ensemble/ensemble.pth' --force --half \
	  --keep-film-keys --detector '$(WEIGHTS)/tuned/all/finder' \
	  --calibration '$(WEIGHTS)/calibration.json' \
	  --out spondylo_mmpose/weights/lumbar_lateral

# Two networks of corners, the folder whose `ensemble` they become.
JOIN = $(RUN) -W ignore tools/make_ensemble.py $(1) $(2) --force --out '$(WEIGHTS)'/$(3)/ensemble

# Split, folder for the dumps, their number, run of the finder, folder of the ensemble,
# which films of the split: the corners in true boxes, then from film to corners. How
# an ensemble looks is told by the shipped one's config, of first steps too.
TRY = for kind in given found; do \
	  SPONDYLO_DATA='$(WEIGHTS)/films' SPONDYLO_SPLIT=$(1) $(RUN) tools/test.py \
	    '$(WEIGHTS)'/tuned/all/ensemble/corners.py '$(WEIGHTS)'/$(5)/ensemble/ensemble.pth \
	    $$([ $$kind = given ] || echo --detector configs/lumbar_lateral/finder.py \
	       "$$(cat '$(WEIGHTS)'/$(4)/last_checkpoint)") \
	    --work-dir '$(WEIGHTS)/$(2)'/$$kind$(3) --dump '$(WEIGHTS)/$(2)'/$$kind$(3).pkl \
	    --cfg-options test_dataloader.dataset.ann_file=annotations/$(1)/$(6).json || exit; \
	done

# Recipe, run that it goes on from, phantoms beside the real films of $$split.
TUNE = SPONDYLO_DATA='$(WEIGHTS)/films' SPONDYLO_SPLIT=$$split \
	  SPONDYLO_PHANTOMS='$(WEIGHTS)/$(3)' $(RUN) tools/train.py \
	  configs/lumbar_lateral/$(1).py --no-pretrained --no-validate $(TRAIN_ARGS) \
	  --work-dir '$(WEIGHTS)/tuned'/$$split/$(1) \
	  --cfg-options load_from="$(call LAST,$(2))"

BENCH ?= $(sort $(notdir $(basename $(wildcard tools/benchmarks/*.py))))

bench: $(READY)  ## Measure how fast the parts are; JSON in work_dirs/benchmarks (BENCH).
	@for name in $(BENCH); do \
	  echo "== $$name"; start=$$SECONDS; \
	  $(RUN) -W ignore "tools/benchmarks/$$name.py" || exit; \
	  echo "== $$name took $$((SECONDS - start)) s"; \
	done

lint: $(READY)  ## Check style, names, docstrings and types.
	$(RUN) -m ruff check
	$(RUN) -m ruff format --check
	$(RUN) -m mypy

format: $(READY)  ## Bring the code into the project's format.
	$(RUN) -m ruff check --fix
	$(RUN) -m ruff format

clean:  ## Remove caches and build leftovers; keep .venv and work_dirs.
	rm -rf build dist *.egg-info .pytest_cache .hypothesis .mypy_cache .ruff_cache
	find . -path ./.venv -prune -o -name __pycache__ -type d -print0 | xargs -0 rm -rf

clean-env: clean  ## Remove .venv too; the compiled mmcv stays in the user's cache.
	rm -rf .venv
