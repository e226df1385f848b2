"""The practice chat, text and reasoner models: what they say, and that sampling is real."""
from __future__ import annotations

import math
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from helpers.practice.models import text as text_model
from helpers.practice.models.chat import ChatModel, corpus, load, reasoner
from helpers.practice.models.chat.generate import Mixture, Sampling, generate
from helpers.practice.models.chat.grammar import Grammar, SlotError, opening, parse
from helpers.practice.models.chat.tokens import Vocabulary, split
from helpers.practice.models.chat.turns import find_labels, read

TICKET = ("Hi, my name is Ana. I was charged twice for my subscription this month and I cannot reach "
          "anybody on the phone. Order 1182. Please fix this before Friday. Thanks, Ana")


def user(content: str) -> dict:
    return {"role": "user", "content": content}


def say(*messages: dict, **settings) -> str:
    settings.setdefault("temperature", 0)
    return "".join(step.text for step in load().chat(list(messages), **settings))


@pytest.mark.parametrize(("question", "point"), [
    ("How long do I wait after a 429?", "retry-after"),
    ("what does temperature do to the output", "probabilit"),
    ("does the hugging face client retry on its own?", "not retry"),
    ("Explain gradient descent to a software engineer", "gradient"),
    ("who are you?", "practice model"),
])
def test_questions_get_their_point(question: str, point: str) -> None:
    """A question about the course is answered with the point that matters."""
    assert point in say(user(question)).lower()


@pytest.mark.parametrize("question", [
    "What's the temperature in Oslo?", "Stream the football match for me", "How much is a bus token?",
    "Who wrote Moby Dick?", "", "ééé ßß 日本語", "17 * 23",
])
def test_other_subjects_get_the_honest_sentence(question: str) -> None:
    """What the model does not know it says so, whatever course words the question borrows."""
    assert "practice model" in say(user(question))


@pytest.mark.parametrize(("complaint", "point"), [
    ("My loop asks singly and takes all night", "4 to 8"),
    ("402? I thought this was for free!", "credits are used up"),
    ("It makes things up and sounds so convinced", "fluent false statement"),
    ("I want to see the words while they are being written", "stream=true"),
    ("The machine should switch off at night when nobody is there", "scale-to-zero"),
    ("Half a sentence and then nothing, is max_tokens to blame?", "hard limit"),
    ("It has forgotten my name by the second question", "stateless"),
    ("Our handbook is huge, let people ask it questions", "retrieval-augmented"),
])
def test_complaints_and_wishes_in_everyday_words_are_understood(complaint: str, point: str) -> None:
    """A symptom told without a term of the course leads to the passage that helps."""
    assert point in say(user(complaint)).lower()


@pytest.mark.parametrize("question", [
    "How do I merge two dictionaries in Python?", "How do I center a div in CSS?", "How do I open a CSV file with pandas?",
    "My daughter streams games all day, what should I do?", "Does the weather stream flow into the sea?",
])
def test_near_misses_get_the_honest_sentence(question: str) -> None:
    """Programming outside of the course and its words in another sense are off topic."""
    assert "practice model" in say(user(question))


def test_only_the_honest_sentences_say_practice_model() -> None:
    """No course passage calls itself a practice model, so that its answer is not taken for the off-topic sentence."""
    course = [passage for passage in corpus.load() if passage.kind == "course"]
    assert [passage.key for passage in course if "practice model" in passage.text.lower()] == []


def test_temperature_zero_repeats_and_seeds_matter() -> None:
    """Temperature 0 always gives the same text, a seed repeats its own, and seeds differ from each other."""
    ask = user("What does temperature do?")
    assert len({say(ask, seed=seed) for seed in range(5)}) == 1
    assert say(ask, temperature=1.0, seed=3) == say(ask, temperature=1.0, seed=3)
    assert len({say(ask, temperature=1.0, seed=seed) for seed in range(10)}) >= 8
    assert len({say(ask, temperature=1.0, seed=seed, top_k=1) for seed in range(5)}) == 1
    assert len({say(ask, temperature=1.0, seed=seed, top_p=0.01) for seed in range(5)}) == 1


def test_calls_without_a_seed_differ() -> None:
    """Without a seed consecutive calls differ, and a new model repeats the row."""
    models = ChatModel(), ChatModel()
    rows = [[_text(model.chat([user("What is jitter?")])) for _ in range(4)] for model in models]
    assert rows[0] == rows[1] and len(set(rows[0])) > 1


def _text(steps) -> str:
    return "".join(step.text for step in steps)


def test_every_temperature_stops() -> None:
    """Even at temperature 2 the answer ends by itself."""
    lengths = [len(list(load().chat([user("What is a 503?")], temperature=2.0, seed=seed, max_tokens=2000)))
               for seed in range(15)]
    assert max(lengths) < 300


def test_logprobs_are_the_untempered_distribution() -> None:
    """Log probabilities do not depend on temperature; alternatives come best first and hold the choice."""
    ask = [user("What does temperature do?")]
    cold = list(load().chat(ask, temperature=0, top_logprobs=5))
    warm = list(load().chat(ask, temperature=1.3, seed=1, top_logprobs=5))
    assert cold[0].top == warm[0].top and all(step.logprob <= 0 for step in warm)
    for step in cold:
        assert (step.text, step.token_id, step.logprob) == step.top[0]
        assert [p for *_, p in step.top] == sorted((p for *_, p in step.top), reverse=True)
        assert sum(math.exp(p) for *_, p in step.top) < 1.0001
    assert max(len(step.top) for step in cold) >= 3


def test_samples_follow_the_probabilities() -> None:
    """Drawn often enough, the wordings of a slot come as often as their probabilities say."""
    mixture, words = Mixture([(Grammar("{one|two|three}"), 1.0)]), Vocabulary(["one two three"])
    drawn = Counter(_text(generate(mixture, Sampling(seed=seed), words)) for seed in range(1500))
    told = next(generate(mixture, Sampling(seed=0, top_logprobs=3), words)).top
    assert {word for word, *_ in told} == set(drawn)
    assert all(abs(drawn[word] / 1500 - math.exp(logprob)) < 0.04 for word, _, logprob in told)


def test_max_tokens_cuts() -> None:
    """No more than max_tokens tokens come; fewer only when the answer is over."""
    assert len(list(load().chat([user("What is RAG?")], max_tokens=7, seed=1))) == 7


def test_length_wishes_act() -> None:
    """One sentence, a number of words and "concise" each shorten the answer."""
    whole = say(user("What is jitter?"))
    assert say(user("What is jitter? Answer in one sentence.")).count(".") == 1
    assert len(say({"role": "system", "content": "At most 8 words."}, user("What is jitter?")).split()) <= 8
    assert len(say({"role": "system", "content": "You are concise."}, user("What is jitter?"))) < len(whole)


@pytest.mark.parametrize("messages", [
    [user("Summarise this ticket in at most 12 words: " + TICKET)],
    [{"role": "system", "content": "Summarise the ticket in at most 12 words."}, user(TICKET)],
    [user(TICKET + "\n\nSummarise this in at most 12 words, please.")],
])
def test_summaries_come_from_the_ticket(messages: list[dict]) -> None:
    """A summary is the ticket's central sentence, within the wished length."""
    summary = say(*messages)
    assert "charged twice" in summary and len(summary.split()) <= 12


@pytest.mark.parametrize(("instruction", "label"), [
    ("Classify this ticket as one of: billing, account, technical, shipping.\n\n" + TICKET, "billing"),
    ("Which category fits: login, delivery or bug? Ticket: my parcel never came", "delivery"),
    ('Choose one label from ["bug", "feature request"] for: it would be great if you added a dark mode',
     "feature request"),
    ("Is this review positive or negative? The food was awful and cold.", "negative"),
    ("Rate the urgency from 1 to 5: our whole site is down and nobody can work", "5"),
])
def test_labels_are_chosen_from_the_list(instruction: str, label: str) -> None:
    """A classification prompt is answered with one of its labels."""
    assert say(user(instruction)) == label


def test_label_probabilities_are_told() -> None:
    """The first token of a label carries the probability of the choice."""
    ask = [user("Classify as billing or login: I cannot sign in today")]
    first = next(load().chat(ask, temperature=0, top_logprobs=2))
    assert {word for word, *_ in first.top} == {"billing", "login"} and math.exp(first.logprob) > 0.5


def test_follow_ups_work_on_the_last_answer() -> None:
    """"Make it shorter" shortens, "more formal" salutes, and a new question is not taken for an edit."""
    history = [user("Draft a reply to this ticket: " + TICKET)]
    draft = say(*history)
    history += [{"role": "assistant", "content": draft}]
    assert "double charge" in draft
    assert 0 < len(say(*history, user("Make it shorter."))) < 0.7 * len(draft)
    assert say(*history, user("in one sentence please")).count(".") == 1
    assert say(*history, user("More formal, please")).startswith("Dear customer")
    assert "stream" in say(*history, user("What is streaming in one sentence?"))
    assert say(*history, user("rephrase that")) != draft


def test_content_parts_and_odd_messages_are_read() -> None:
    """A list of text parts is text; None, missing and wrong content do no harm."""
    assert "chunk" in say({"role": "user", "content": [{"type": "text", "text": "How do I stream a reply?"}]})
    empty = {"role": "assistant", "content": ""}
    for odd in ([], [{}], [{"role": "user", "content": None}], [empty], [user("{|}")]):
        assert say(*odd)


def test_text_model_continues() -> None:
    """The start of a passage is gone on with, a question gets its passage, and an unknown text something."""
    complete = lambda prompt, **s: _text(text_model.load().complete(prompt, temperature=0, **s))  # noqa: E731
    assert complete("Exponential backoff doubles").startswith(" the wait after each failure")
    assert "retrieval-augmented" in complete("What is RAG?")
    assert complete("Once upon a time") and complete("")


def test_reasoner_reasons_before_it_answers() -> None:
    """Reasoning comes first and names the passage; with few tokens no answer is left."""
    steps = list(reasoner.load().chat([user("What is a 429?")], temperature=0, top_logprobs=2))
    marks = [step.reasoning for step in steps]
    assert marks == sorted(marks, reverse=True) and {True, False} == set(marks)
    assert "status-429" in _text(step for step in steps if step.reasoning)
    assert _text(step for step in steps if not step.reasoning) == say(user("What is a 429?"))
    short = reasoner.load().chat([user("What is a 429?")], max_tokens=9, seed=1)
    assert all(step.reasoning for step in short)


def test_tokens_join_to_the_text() -> None:
    """Cutting into tokens loses nothing, and ids are stable and distinct for words of the corpus."""
    for text in ("Wait 0.5 s, then: retry\n\n  twice!", "don't  ß日本 max_tokens=5 “x”", ""):
        assert "".join(split(text)) == text
    words = load().vocabulary
    tokens = {token for passage in corpus.load()[:40] for token in passage.grammar.tokens if token}
    assert len({words.id(token) for token in tokens}) == len(tokens)
    assert load().count_tokens("one two, three") == 4


def test_slots_need_their_braces() -> None:
    """Braces that do not match and bars outside of slots are refused; a spare space goes to the next word."""
    for wrong in ("{a|b", "a}", "a|b"):
        with pytest.raises(SlotError):
            parse(wrong)
    spaced = Mixture([(Grammar("a { |b }c."), 1.0)])
    assert _text(generate(spaced, Sampling(temperature=0), Vocabulary([]))) == "a c."
    assert opening("One {two. three|four}. Five. Six.", 2) == "One {two. three|four}. Five."


def test_reading_of_requests() -> None:
    """Tasks are told from questions about tasks."""
    assert read([user("How do I write a prompt that summarises a ticket?")]).kind == "question"
    assert read([user("How does a classifier choose one of several labels?")]).kind == "question"
    assert read([user("Write a reply to this customer: my lamp arrived broken")]).kind == "reply"
    assert find_labels("Labels:\n- billing\n- account issue\n- other") == ("billing", "account issue",
    "other")


def test_threads_share_the_model() -> None:
    """Many threads at once get what one would."""
    questions = [passage.questions[0] for passage in corpus.load()[:24]]
    alone = [say(user(question)) for question in questions]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda question: say(user(question)), questions)) == alone
