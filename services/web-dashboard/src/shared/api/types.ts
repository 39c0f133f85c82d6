import type { components } from './generated/openapi';

type Schemas = components['schemas'];

export type Camera = Schemas['CameraAnswer'];
export type CameraCreate = Schemas['CreateCamera'];
export type CameraPatch = Schemas['ChangeCamera'];
export type ProbeResult = Schemas['ProbeAnswer'];
export type ZoneSet = Schemas['ZoneSet'];
export type Zone = Schemas['Zone'];
export type Rule = Schemas['RuleAnswer'];
export type RuleParameter = Schemas['ParameterAnswer'];
export type ZoneType = Schemas['ZoneType'];
export type Incident = Schemas['IncidentAnswer'];
export type EvidenceReport = Schemas['EvidenceReport'];
export type IncidentAction = Incident['allowed_actions'][number];
export type Handling = Incident['handling'];
export type Priority = Incident['priority'];
export type IncidentEvent = Schemas['EventAnswer'];
export type Recording = Schemas['RecordingAnswer'];
export type Stats = Schemas['StatsAnswer'];
export type User = Schemas['CallerAnswer'];
export type Role = User['role'];

export type FlowReport = Schemas['FlowReport'];
export type FlowStep = Schemas['FlowStep'];
export type ZoneSeries = Schemas['ZoneSeries'];
export type ZonePoint = Schemas['ZonePoint'];
export type LinePoint = Schemas['LinePoint'];
export type LineSeries = Schemas['LineSeries'];

export type GroundPoint = Schemas['GroundPoint'];
export type CalibrationPreview = Schemas['CalibrationPreview'];
export type SuggestedZone = Schemas['SuggestedZone'];
export type ZoneSuggestions = Schemas['ZoneSuggestions'];

export type Backtest = Schemas['BacktestAnswer'];
export type BacktestStart = Schemas['StartBacktest'];
