"""The kind ``spark``: its settings, and a count from beginning to end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import attrs
from attrs import frozen

from profdev_indicators.model import key
from profdev_spark.secrecy import without_secrets

if TYPE_CHECKING:
    from profdev_indicators.records import Part, Question, Tallied


@frozen(kw_only=True)
class Spark:
    """Apache Spark: записи считает кластер (или эта машина), сюда возвращаются только суммы."""

    master: str | None = key(
        "Где считать: «spark://сервер:7077», «yarn», «k8s://…», «local[4]»; пусто — из переменной окружения "
        "PROFDEV_SPARK_MASTER, а без неё на всех ядрах этой машины",
        default=None,
    )
    app_name: str = key("Как назвать задание: под этим именем его видно на кластере", default="profdev")
    config: Mapping[str, str] = key(
        "Настройки Spark: spark.executor.memory: 8g; значения — тексты. Паролям и ключам здесь не место: их берут из "
        "окружения",
        factory=dict,
        validator=without_secrets,
    )
    together: int = key(
        "Сколько частей (файлов, периодов) считать одним заданием: больше — быстрее, меньше — раньше видно готовое",
        default=16,
        validator=attrs.validators.ge(1),
    )
    log: bool = key(
        "Показывать журнал Spark: он помогает найти причину отказа, но в нём бывают куски данных", default=False
    )

    def tally(self, question: Question, parts: Sequence[Part]) -> Iterator[tuple[int, Tallied]]:
        """Count each part of the records; several at once.

        Raises:
            SourceError: Spark cannot be started, or a part cannot be read; nothing of the data in it.
        """
        # Spark and polars are loaded when something is counted, not when kinds are listed.
        from profdev_spark.counting import tally  # noqa: PLC0415
        from profdev_spark.session import opened  # noqa: PLC0415

        if not parts:
            return
        yield from tally(opened(self), question, parts, together=self.together)
