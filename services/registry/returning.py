"""What becomes of placed days when the work is done: those that were not spent are free again. Pure, in half-days."""

from dataclasses import replace

from schemas.matcher import SupportCompleted
from schemas.registry import CapacityReturned
from services.registry.domain import Decision, Hold, half_days


def take_back(completed: SupportCompleted, hold: Hold | None) -> Decision:
    """Take back what was placed on a line and not spent; what was spent stays counted there. More than was placed is charged to nobody."""
    spent = {each.line: half_days(each.days_spent) for each in completed.spent}
    lines, back = [], []
    for line in hold.lines if hold else ():
        given, days = spent.get(line.line.line), half_days(line.line.days)
        if line.state == "placed" and given is not None and given < days:
            back.append(line.line.model_copy(update={"days": (days - given) / 2}))
            line = replace(line, line=line.line.model_copy(update={"days": given / 2})) if given else replace(line, state="free")
        lines.append(line)
    if hold is None or not back:
        return Decision(hold)
    said = CapacityReturned(match=hold.match, request=hold.request, lines=tuple(back))
    return Decision(replace(hold, lines=tuple(lines)), said)
