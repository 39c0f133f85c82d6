import type { Incident } from '@/shared/api/types';
import type { Quantity } from './quantity-words';

/**
 * On which side of its threshold a value must lie for the rule to fire. `outside`: of a level of
 * brightness, darker than a dark one or brighter than a bright one.
 */
export type Side = 'above' | 'below' | 'outside' | 'either';

export interface Sentence {
  /** `{m}` is what was measured, `{t}` the threshold, both with their units. */
  readonly say: string;
  readonly side: Side;
  readonly as?: Quantity;
  /** What is measured, where the rule's own name would not fit what is said. */
  readonly name?: string;
}

export const HEADLINES: Readonly<Record<Incident['type'], string>> = {
  congestion: 'The lane is full and its vehicles are slow, more than is usual at this hour.',
  queue: 'Vehicles wait in a long row from the end of the lane.',
  stopped_vehicle: 'A vehicle stands where none should.',
  wrong_way: 'A vehicle drives against its lane.',
  illegal_u_turn: 'A vehicle turned round.',
  speeding: 'A vehicle is faster than the speed limit and what is tolerated above it.',
  near_miss: 'Two road users nearly hit each other.',
  collision:
    'Two vehicles braked hard on top of each other and one stayed. No picture shows a touch.',
  pedestrian_on_road: 'Somebody is on foot on the road, outside crossings and pavements.',
  loitering: 'Somebody stays in one place for long.',
  crowding: 'Many persons are in the zone.',
  abandoned_object: 'A thing that somebody brought stands there alone.',
  camera_tamper: 'The camera does not see what it should. Its other rules rest meanwhile.',
};

const above = (say: string, as?: Quantity): Sentence => sentence(say, 'above', as);
const below = (say: string, as?: Quantity): Sentence => sentence(say, 'below', as);
const outside = (say: string): Sentence => sentence(say, 'outside', undefined);

function sentence(say: string, side: Side, as: Quantity | undefined): Sentence {
  return as === undefined ? { say, side } : { say, side, as };
}

const ALARM = 'the alarm comes after {t}.';
const FAULT_LASTS = above(`It has been so for {m}; ${ALARM}`);

/** By type and condition, as the rules of sentinel-vision name them. */
export const EXPLANATIONS: Readonly<Record<string, Sentence>> = {
  'congestion/median speed': below('Half of the vehicles are slower than {m}; below {t} is slow.'),
  'congestion/share of the zone covered': above(
    'Vehicles cover {m} of the zone; from {t} on it is full.',
    'percent',
  ),
  'congestion/density': above('There are {m}; from {t} on it is dense.'),
  'congestion/vehicles': above('{m} count; there must be at least {t}.'),
  'congestion/usual speed at this hour': above(
    'Usual at this hour is {m}; only above {t} is the jam unusual.',
  ),
  'queue/vehicles that wait': above('{m} wait in the row; from {t} on it is a queue.'),
  'queue/length of the row': above('The row is {m} long; from {t} on it is a queue.'),
  'queue/widest gap in the row': below(
    'The widest gap in it is {m}; one wider than {t} would end the row.',
  ),
  "queue/first vehicle to the lane's end": below(
    "Its first vehicle is {m} from the lane's end; up to {t} it waits there.",
  ),
  'stopped_vehicle/stands for': above(`It has stood for {m}; ${ALARM}`),
  'stopped_vehicle/moved in 3 s': below('In 3 s it moved {m}; less than {t} is standing.'),
  'stopped_vehicle/distance from where it stopped': below(
    'It is {m} from where it stopped; beyond {t} it has driven on.',
  ),
  'wrong_way/cosine of heading and lane': {
    say: 'It heads {m} away from the direction of the lane; from {t} on that is against it.',
    side: 'below',
    as: 'angle',
    name: 'Angle of heading and lane',
  },
  'wrong_way/speed': above('It drives at {m}; slower than {t} would only roll.'),
  'wrong_way/way against the lane': above(
    'It has come {m} against the lane; the alarm comes from {t} on.',
  ),
  'illegal_u_turn/heading changed by': above(
    'Its heading changed by {m}; from {t} on it has turned round.',
  ),
  'illegal_u_turn/time it took': below('That took {m}; up to {t} it is one turn.'),
  'illegal_u_turn/way meanwhile': above('It drove {m} meanwhile; it must be at least {t}.'),
  'illegal_u_turn/left by its gate after': below(
    'It left by the line that it came in by after {m}; within {t} that is a U-turn.',
  ),
  'speeding/speed': above('It drives at {m}; the alarm comes from {t} on.'),
  'speeding/error band of the speed, plus or minus': below(
    'That speed is known to within ±{m}; it must be less than ±{t}.',
  ),
  'speeding/seen too fast': above('It was seen so fast {m}; it must be {t}.'),
  'near_miss/time to collision': below(
    'Going on as they did they would have touched in {m}; below {t} is near.',
  ),
  'near_miss/post-encroachment time': below(
    'One came {m} after the other to the same place; below {t} is near.',
  ),
  'near_miss/braking needed': above('It took braking of {m}; from {t} on it is serious.'),
  'near_miss/seen to come': above('It was seen to come {m}; it must be {t}.'),
  'collision/overlap of the boxes': above(
    'Their boxes overlap by {m}; above {t} they may have touched.',
    'percent',
  ),
  'collision/speed that the first lost in 1 s': above(
    'The first lost {m} within a second; from {t} on that is hard braking.',
  ),
  'collision/speed that the second lost in 1 s': above(
    'The second lost {m} within a second; from {t} on that is hard braking.',
  ),
  'collision/speed of the slower one': below('The slower one drives at {m}; below {t} it stands.'),
  'collision/one stands for': above(`One has stood there for {m}; ${ALARM}`),
  'pedestrian_on_road/on the road for': above(`On the road for {m}; ${ALARM}`),
  "pedestrian_on_road/share under a vehicle's box": below(
    "A vehicle's box covers {m} of the person; above {t} somebody rides.",
    'percent',
  ),
  'pedestrian_on_road/speed': below('The person moves at {m}; above {t} somebody rides.'),
  'loitering/stays for': above(`The person has stayed for {m}; ${ALARM}`),
  'loitering/radius of the stay': below(
    'All that time within {m} of one place; up to {t} is staying.',
  ),
  'crowding/persons in the zone': above('{m} are in the zone; from {t} on it is a crowd.'),
  'crowding/density': above('There are {m}; from {t} on it is a crowd.'),
  'abandoned_object/nobody near for': above(`Nobody has been near it for {m}; ${ALARM}`),
  'abandoned_object/nearest person': above(
    'The nearest person is {m} away; nearer than {t} it is looked after.',
  ),
  'abandoned_object/pixels that are new and stand still': above(
    'It covers {m}; less than {t} is no thing.',
  ),
  'abandoned_object/stands there for': above('It has stood there for {m}; it must be {t}.'),
  'camera_tamper/share of the view that is hidden': above(
    '{m} of what the view showed is hidden; from {t} on it is covered.',
    'percent',
  ),
  'camera_tamper/likeness to the view': below(
    'The picture is like the right view by {m}; below {t} it is another.',
    'percent',
  ),
  'camera_tamper/mean brightness': outside('Its mean brightness is {m}; the limit is {t}.'),
  'camera_tamper/contrast': below('Its contrast is {m}; below {t} nothing can be told apart.'),
  'camera_tamper/shift of the view': above('The view is shifted by {m}; from {t} on it was moved.'),
  'camera_tamper/sharpness': below('It is as sharp as {m}; below {t} it is blurred.'),
  'camera_tamper/change of the picture': below(
    'From picture to picture {m} change; below {t} it is frozen.',
  ),
  'camera_tamper/no picture for': above(`No picture has come for {m}; ${ALARM}`),
  'camera_tamper/covered for': FAULT_LASTS,
  'camera_tamper/blinded for': FAULT_LASTS,
  'camera_tamper/moved for': FAULT_LASTS,
  'camera_tamper/blurred for': FAULT_LASTS,
  'camera_tamper/frozen for': FAULT_LASTS,
  'camera_tamper/lost for': FAULT_LASTS,
};
