import type { Dispatch } from 'react';
import type { RuleParameter } from '@/shared/api/types';
import { BOXES, CLASSES, MASKS_IGNORED, SIZES } from './box-parameters';
import { draftAt } from './parameter-drafts';
import { ParameterField } from './parameter-field';
import { parameterWords } from './parameter-words';
import { RuleForms } from './rule-forms';
import type { ZoneAction, ZoneEditorState } from './zone-state';

interface PicturePanelProps {
  readonly cameraKey: string;
  readonly state: ZoneEditorState;
  readonly isCalibrated: boolean;
  readonly dispatch: Dispatch<ZoneAction>;
}

/** What holds for the whole picture: rules that look at all of it, and which boxes count. */
export function PicturePanel(props: PicturePanelProps) {
  const { cameraKey, state, isCalibrated, dispatch } = props;
  return (
    <div className="flex flex-col gap-5 p-3">
      <section className="flex flex-col gap-2">
        <h3 className="font-strong">Rules for the whole picture</h3>
        <RuleForms
          cameraKey={cameraKey}
          zone={null}
          values={state.pictureRules}
          drafts={state.drafts}
          isCalibrated={isCalibrated}
          dispatch={dispatch}
        />
      </section>
      <BoxFilterForm {...props} />
    </div>
  );
}

function BoxFilterForm({ state, dispatch }: PicturePanelProps) {
  const hasIgnored = state.zones.some(({ type }) => type === 'ignore');
  const own = state.pictureRules[BOXES] ?? {};
  const field = (parameter: RuleParameter) => {
    const place = { zoneId: null, rule: BOXES, name: parameter.name };
    return (
      <ParameterField
        key={parameter.name}
        parameter={parameter}
        label={parameterWords(parameter)}
        standard={parameter.default}
        value={own[parameter.name] ?? null}
        draft={draftAt(state.drafts, place)}
        onEnter={(entry) => dispatch({ type: 'parameter', ...place, entry })}
      />
    );
  };
  return (
    <section aria-label="Boxes that count" className="flex flex-col gap-2.5">
      <h3 className="font-strong">Boxes that count</h3>
      <p className="text-muted text-xs">
        Boxes below these limits are left out before they are tracked. They are in no event and in
        no archive, and a back-test does not see them either.
      </p>
      {field(MASKS_IGNORED)}
      {own[MASKS_IGNORED.name] === true && !hasIgnored && (
        <p className="text-warn text-xs">No zone is of the type Ignore yet.</p>
      )}
      {SIZES.map(field)}
      <fieldset className="flex flex-col gap-1.5">
        <legend className="mb-1 text-muted text-xs">
          Seen at least so surely, 0 to 1; 0 leaves out none
        </legend>
        {CLASSES.map(field)}
      </fieldset>
    </section>
  );
}
