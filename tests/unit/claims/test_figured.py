import pytest

from botops.claims.figured import names_figure


@pytest.mark.parametrize(
    "text",
    [
        "это будет стоить 9 900", "９９", "пять ₸ сверху", "двадцать процентов", "вдвое дешевле", "за полцены",
        "в три раза быстрее",
        "двести тысяч", "двое специалистов", "Перезвоню завтра утром", "сделаем до пятницы", "к первому марта", "летом",
        "перезвоню через час", "на этой неделе", "до конца месяца", "сегодня", "в мае",
        "ертең хабарласамыз", "екі есе арзан", "апта ішінде", "бүгін", "жартысы біздің есептен",
        "half off", "twice as cheap", "by next week", "within a week", "on Monday", "through the weekend", "May 5",
    ],
)  # fmt: skip
def test_amounts_shares_counts_and_dates_in_any_wording(text):
    assert names_figure(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "одна из лучших компаний", "в один клик", "ещё раз", "прямо сейчас", "Добрый день, чего вам ещё?",
        "Хорошего дня!", "мы всё уладим", "Гарантируем, что вам понравится навсегда", "вам это не по карману",
        "среди прочего",         "бәрін реттейміз", "Сізді түсінбеймін", "We will sort everything out",
        "you may ask again", "I march on",
        "the first time",
    ],
)  # fmt: skip
def test_wording_without_a_figure(text):
    assert not names_figure(text)
