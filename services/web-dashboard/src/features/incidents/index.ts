export { receiveIncident } from './cache';
export { IncidentColumn } from './incident-column';
export { IncidentDetail } from './incident-detail';
export { IncidentsPage } from './incidents-page';
