// From what a person decided to a whole report: the twin of review/remeasuring.py and
// apis/building.py.
//
// A state holds the decisions:
//   vertebrae: [{ order, model, corners }] upward; model is the place in the model's
//     report, null for an added one; corners as in a report;
//   lowest: level of the lowest; lowestGiven: whether a person set it;
//   facing, spacing, aspect, std: as given by a person, else null.
(function (S) {
  'use strict';

  const r3 = (value) => S.rounded(value, 3);
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

  /** What the model's report says, as a state. */
  function stateOf(report) {
    return {
      vertebrae: report.vertebrae.map((v) => (
        { order: v.order, model: v.order, corners: v.corners })),
      lowest: report.vertebrae.length ? report.vertebrae[0].level : 'S1',
      lowestGiven: false,
      facing: null,
      spacing: null,
      aspect: null,
      std: null,
    };
  }

  /** What a saved review of a report says, as a state. */
  function stateOfReview(report, reviewed) {
    const { review, film } = reviewed;
    const state = stateOf(report);
    state.vertebrae = reviewed.vertebrae.map((v, i) => (
      { order: v.order, model: review.vertebrae[i].model_order, corners: v.corners }));
    if (state.vertebrae.length) state.lowest = reviewed.vertebrae[0].level;
    state.lowestGiven = review.changed.includes('levels');
    if (review.changed.includes('facing')) state.facing = film.facing;
    if (review.changed.includes('scale')) {
      if (film.pixel_spacing_mm) state.spacing = film.pixel_spacing_mm;
      else state.aspect = film.pixel_aspect;
    }
    state.std = review.observer_std_px;
    return state;
  }

  /** Level of each place; null above T1. */
  function levelsOf(state) {
    const from = S.limits.levels.indexOf(state.lowest);
    return state.vertebrae.map((v) => S.limits.levels[from + v.order] || null);
  }

  /** Whether a film's spacing is known and has an aspect. */
  function hasAspect(film, aspect) {
    if (!film.pixel_spacing_mm) return false;
    const own = film.pixel_spacing_mm[0] / film.pixel_spacing_mm[1];
    return Math.abs(own - aspect) <= S.limits.sameAspect * Math.max(own, aspect);
  }

  function filmOf(before, state) {
    const film = { ...before, reasons: { ...before.reasons } };
    const changed = [];
    if (state.facing !== null && state.facing !== before.facing) {
      Object.assign(film, {
        facing: state.facing, facing_origin: 'given', facing_confidence: null });
      delete film.reasons.facing;
      changed.push('facing');
    }
    const spaced = state.spacing && !same(state.spacing, before.pixel_spacing_mm);
    const stretched = !state.spacing && state.aspect
      && state.aspect !== before.pixel_aspect && !hasAspect(before, state.aspect);
    if (spaced || stretched) {
      Object.assign(film, {
        pixel_spacing_mm: spaced ? state.spacing : null,
        spacing_origin: spaced ? 'given' : null,
        spacing_plane: null,
        pixel_aspect: spaced ? state.spacing[0] / state.spacing[1] : state.aspect,
        aspect_origin: 'given',
        aspect_known: true,
      });
      delete film.reasons.pixel_aspect;
      if (spaced) delete film.reasons.pixel_spacing_mm;
      else {
        film.reasons.pixel_spacing_mm = before.pixel_spacing_mm
          ? S.texts.reasons.OTHER_ASPECT : S.texts.reasons.NOT_IN_FILE;
      }
      changed.push('scale');
    }
    return { film, changed };
  }

  /** Of each corner, whether a person placed it. */
  function movedOf(vertebra, model) {
    return vertebra.corners.map((p, i) => !model || !same(p, model.corners[i]));
  }

  function vertebraOf(vertebra, model, moved, level, origin, std) {
    const reasons = {};
    const texts = S.texts.reasons;
    const reason = (name) => {
      const touched = moved.some(Boolean) ? texts.PLACED : '';
      return (model ? model.reasons[name] : texts.PLACED) || touched;
    };
    const merged = (name, placed) => {
      const before = (model && model[name]) || [null, null, null, null];
      const values = before.map((value, i) => (moved[i] ? placed : value));
      if (values.includes(null) && reason(name)) reasons[name] = reason(name);
      return values.every((value) => value === null) ? null : values;
    };
    const single = (name) => {
      const value = model ? model[name] : null;
      if (value === null) reasons[name] = reason(name);
      return value;
    };
    const box = S.hullBox(S.quadOf(vertebra.corners));
    // Who moves a corner settles what two models dispute.
    const disputed = model && model.disputed
      ? model.disputed.map((before, i) => before && !moved[i]) : null;
    if (disputed === null && reason('disputed')) reasons.disputed = reason('disputed');
    if (vertebra.corners.includes(null)) reasons.corners = texts.NOT_TOLD;
    if (!box.every(Number.isFinite)) reasons.hull_box = texts.NO_CORNERS;
    if (level === null) reasons.level = texts.NO_NAME;
    return {
      order: vertebra.order,
      level,
      level_origin: origin,
      corners: vertebra.corners,
      corner_std: merged('corner_std', std),
      corner_scores: merged('corner_scores', null),
      score: single('score'),
      presence: single('presence'),
      hull_box: reasons.hull_box ? null : box,
      reasons,
      disputed,
    };
  }

  function lordosisOf(spine, refused, film) {
    const texts = S.texts.reasons;
    const [low, high] = ['S1', 'L1'].map((level) => spine.levels.indexOf(level));
    const doubt = spine.apart.map((flag, i) => flag || spine.doubled[i]);
    let why = '';
    let degrees = NaN;
    if (refused) why = texts.REFUSED;
    else if (low < 0 || high < 0) why = texts.NO_LEVEL;
    else if (film.facing === null) why = texts.FACING;
    else if (S.scaleOf(film) === null) why = texts.ASPECT;
    else if (doubt.slice(0, high).some(Boolean)) why = texts.LEVELS;
    else if (spine.misshapen[low] || spine.misshapen[high]) why = texts.OWN_SHAPE;
    else if ([low, high].some((place) => spine.disputed[place].slice(0, 2).some(Boolean))) {
      why = texts.DISPUTED;
    } else {
      degrees = S.sagittalAngle(spine.quads[low], spine.quads[high], film.facing, S.scaleOf(film));
      why = Number.isFinite(degrees) ? '' : texts.MISSING;
    }
    return {
      upper: 'L1', lower: 'S1', degrees: why ? null : r3(degrees),
      reasons: why ? { degrees: why } : {},
    };
  }

  /**
   * The report as a person left it.
   *
   * origin: the model's report; state: see above; told: { when, who, digest, version }.
   */
  function buildReport(origin, state, told) {
    const { film, changed } = filmOf(origin.film, state);
    const models = new Map(origin.vertebrae.map((v) => [v.order, v]));
    const own = state.vertebrae;
    const levels = levelsOf(state);
    let source = origin.vertebrae.length ? origin.vertebrae[0].level_origin : S.texts.assumed;
    const modelOf = (v) => (v.model === null ? null : models.get(v.model));
    // A name that the model did not give.
    const renamed = source !== S.texts.assumed
      && own.some((v, i) => v.model === null || modelOf(v).level !== levels[i]);
    if (own.length > 0 && (state.lowestGiven || renamed)) {
      changed.push('levels');
      source = S.texts.given;
    }
    const moved = own.map((v) => movedOf(v, modelOf(v)));
    const vertebrae = own.map((v, i) =>
      vertebraOf(v, modelOf(v), moved[i], levels[i], source, state.std));
    const quads = own.map((v) => S.quadOf(v.corners));
    const spine = {
      quads, levels, moved, origin: source,
      orders: own.map((v) => v.order),
      scores: vertebrae.map((v) => v.score),
      disputed: vertebrae.map((v) => v.disputed || [false, false, false, false]),
      stds: vertebrae.map((v) => (v.corner_std || [null, null, null, null])
        .map((std) => (std === null ? NaN : std))),
      renamed: own.map((v, i) => v.model !== null && S.isS1(modelOf(v).level) !== S.isS1(levels[i])),
      doubled: S.doubled(quads),
      apart: S.apart(quads),
      misshapen: S.misshapen(quads),
      discs: S.misshapenDiscs(quads),
    };
    const carried = origin.warnings.filter((w) => !(w.code in S.texts.findings))
      .map((w) => ({ ...w, vertebrae: [] }));
    const warnings = [...carried, ...S.findings(spine, film)];
    const refused = warnings.some((w) => w.severity === 'refusal');
    const pairs = [];
    for (let place = 0; place + 1 < own.length; place += 1) {
      if (own[place + 1].order - own[place].order === 1) {
        pairs.push(S.pairOf(spine, place, refused, film, origin, state));
      }
    }
    const key = (list) => list.map((v) => [v.order, v.level, v.corners]);
    const untouched = same(key(origin.vertebrae), key(vertebrae)) && !changed.length;
    const kept = new Set(own.map((v) => v.model));
    return {
      format: origin.format,
      format_version: origin.format_version,
      film,
      model: origin.model,
      options: origin.options,
      vertebrae,
      pairs,
      lordosis: lordosisOf(spine, refused, film),
      warnings,
      package_version: told.version,
      notice: origin.notice,
      slip_quantiles: origin.slip_quantiles,
      screen: origin.screen,
      review: {
        status: untouched ? 'accepted' : 'corrected',
        when: told.when,
        who: told.who || null,
        origin_sha256: told.digest,
        vertebrae: own.map((v, i) => ({
          order: v.order,
          status: v.model === null ? 'added' : moved[i].some(Boolean) ? 'corrected' : 'accepted',
          model_order: v.model,
          moved: moved[i],
        })),
        removed: origin.vertebrae.map((v) => v.order).filter((order) => !kept.has(order)),
        changed,
        observer_std_px: state.std,
      },
    };
  }

  Object.assign(S, { stateOf, stateOfReview, buildReport, levelsOf });
})((window.Spondylo = window.Spondylo || {}));
