"""What went wrong with a part, in words for whoever can mend it; never with what stood in its cells."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from polars.exceptions import ColumnNotFoundError, ComputeError, PanicException, PolarsError, SchemaError

from profdev_indicators.errors import Problem, RequestError, SourceError

_DAMAGED = ("файл не читается: он повреждён", "сохраните его заново из исходной системы")
_CHANGED = "файл, возможно, изменился, пока его читали: запустите ещё раз"


@contextmanager
def placed(part: str) -> Iterator[None]:
    """Say of which part a failure is.

    Raises:
        SourceError: the part vanished, is damaged, or is no longer what it was when it was looked at first.
        RequestError: a graphics card cannot do what is asked.
    """
    try:
        yield
    except OSError as error:
        gone = isinstance(error, FileNotFoundError)
        message = "файл исчез, пока считали" if gone else "файл не открывается"
        raise _failed(part, message, "проверьте, на месте ли он, и запустите ещё раз") from None
    except ColumnNotFoundError:
        raise _failed(part, "в файле больше нет нужного столбца", _CHANGED) from None
    except SchemaError:
        raise _failed(part, "столбец другого типа, чем был вначале", _CHANGED) from None
    except ComputeError as error:
        if "GPU" in str(error):
            raise RequestError(
                "видеокарта не умеет того, что здесь надо посчитать: считайте без --engine или разрешите процессор — "
                "engines: [{gpu: {fallback: true}}]"
            ) from None
        raise _failed(part, *_DAMAGED) from None
    # The words of polars quote cells, and a cell may be the key of a person.
    except PolarsError:
        raise _failed(part, *_DAMAGED) from None
    except PanicException:
        raise _failed(part, "на этом файле polars сбился", "сохраните файл заново; не поможет — сообщите нам") from None


def _failed(part: str, message: str, hint: str) -> SourceError:
    return SourceError([Problem(file=part, message=message, hint=hint)])
