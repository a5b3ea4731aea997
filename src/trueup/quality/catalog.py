"""All gates, in the order in which they are reported."""

from trueup.quality.gates import Gate
from trueup.quality.marts import MART_GATES
from trueup.quality.orders import ORDER_GATES
from trueup.quality.refunds import REFUND_GATES
from trueup.quality.sources import SOURCE_GATES
from trueup.quality.spend import SPEND_GATES

GATES: tuple[Gate, ...] = (*SOURCE_GATES, *SPEND_GATES, *ORDER_GATES, *REFUND_GATES, *MART_GATES)
