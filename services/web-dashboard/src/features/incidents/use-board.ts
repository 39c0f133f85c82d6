import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { boardQuery } from '@/shared/api/incidents';
import type { Incident } from '@/shared/api/types';
import { type BoardTab, holdRows, selectTab, sortBoard } from './board';

const NONE: readonly Incident[] = [];

/** The rows of the board, live, and still while they are held. */
export function useBoard() {
  const query = useQuery(boardQuery);
  const [tab, setTab] = useState<BoardTab>('new');
  const [heldIds, setHeldIds] = useState<readonly string[] | null>(null);
  const known = query.data ?? NONE;
  const wanted = useMemo(() => sortBoard(selectTab(known, tab)), [known, tab]);
  const { rows, waiting } = useMemo(
    () => (heldIds === null ? { rows: wanted, waiting: 0 } : holdRows(heldIds, wanted, known)),
    [heldIds, wanted, known],
  );
  return {
    query,
    known,
    rows,
    waiting,
    tab,
    counts: { new: selectTab(known, 'new').length, all: known.length },
    changeTab: (next: BoardTab) => {
      setTab(next);
      setHeldIds(null);
    },
    /** The pointer is over the rows: from now on they stay where they are. */
    hold: () => setHeldIds(rows.map((row) => row.id)),
    release: () => setHeldIds(null),
  };
}
