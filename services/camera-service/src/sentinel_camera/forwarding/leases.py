"""Who still looks at a picture in shared memory."""

from collections.abc import Callable


class SlotLease:
    """Gives a slot back once all holders have let go of it."""

    def __init__(self, give_back: Callable[[], None]) -> None:
        self._give_back = give_back
        self._holders = 0

    def hold(self) -> Callable[[], None]:
        """Become a holder; call the result to let go. Calling it again does nothing."""
        self._holders += 1
        holding = True

        def let_go() -> None:
            nonlocal holding
            if not holding:
                return
            holding = False
            self._holders -= 1
            if self._holders == 0:
                self._give_back()

        return let_go
