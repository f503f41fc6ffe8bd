// A reviewed film as COCO keypoints: the twin of converters/coco.py.
(function (S) {
  'use strict';

  const r4 = (value) => S.rounded(value, 4);

  function annotation(vertebra, reviewed, film) {
    const quad = S.quadOf(vertebra.corners);
    const known = quad.filter(S.isKnown).length;
    let [x1, y1, x2, y2] = S.hullBox(known < 4 ? S.completed(quad) : quad);
    if (known < 4) {
      const clip = (v, most) => Math.min(Math.max(v, 0), most);
      [x1, x2] = [clip(x1, film.width), clip(x2, film.width)];
      [y1, y2] = [clip(y1, film.height), clip(y2, film.height)];
    }
    const area = known < 4 ? (x2 - x1) * (y2 - y1) : Math.abs(S.signedArea(quad));
    const origins = { [S.texts.assumed]: S.coco.assumed };
    return {
      category_id: S.coco.category_id,
      keypoints: quad.flatMap((p) => (S.isKnown(p) ? [r4(p[0]), r4(p[1]), 2] : [0, 0, 0])),
      num_keypoints: known,
      bbox: [x1, y1, x2 - x1, y2 - y1].map(r4),
      area: r4(area),
      iscrowd: 0,
      level: vertebra.level,
      level_origin: origins[vertebra.level_origin] || vertebra.level_origin,
      order: vertebra.order,
      review: reviewed.status,
    };
  }

  /**
   * COCO data set of one reviewed report; throws an Error that says why it is none.
   *
   * fileName: of the film, relative to the folder of images.
   */
  function cocoOf(report, fileName) {
    const { film, review } = report;
    const usable = report.vertebrae.map((v, i) => [v, review.vertebrae[i]])
      .filter(([v]) => v.corners.filter(Boolean).length >= 2);
    if (!usable.length) throw new Error('no vertebra has corners');
    const quads = usable.map(([v]) => S.quadOf(v.corners));
    if (S.orderUpward(quads).some((place, i) => place !== i)) {
      throw new Error('the vertebrae are not numbered in the order in which they stand');
    }
    const split = 'train';
    return {
      info: {
        description: 'Films reviewed with spondylo_mmpose',
        version: S.coco.format_version,
        url: '',
        contributor: '',
        format_version: S.coco.format_version,
        tool: 'spondylo_mmpose',
        tool_version: S.version,
        source_digests: {},
      },
      licenses: [],
      images: [{
        id: 1,
        file_name: `${split}/${fileName}`,
        width: film.width,
        height: film.height,
        patient_id: null,
        group: film.sha256,
        source: 'review',
        split,
        sex: null,
        age: null,
        pixel_spacing_mm: film.pixel_spacing_mm,
        pixel_spacing_origin: film.spacing_origin,
        pixel_spacing_estimate: null,
        original_size: null,
        view: film.view,
        facing: film.facing,
        review: { status: review.status, when: review.when },
      }],
      annotations: usable.map(([v, reviewed], i) => (
        { id: i + 1, image_id: 1, ...annotation(v, reviewed, film) })),
      categories: [{
        id: S.coco.category_id,
        name: 'vertebra',
        supercategory: 'spine',
        keypoints: S.coco.keypoints,
        skeleton: S.coco.skeleton.map(([a, b]) => [a + 1, b + 1]),
      }],
    };
  }

  S.cocoOf = cocoOf;
})((window.Spondylo = window.Spondylo || {}));
