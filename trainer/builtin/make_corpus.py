"""Writes the training text of the built-in model: instructions and answers from a seeded grammar."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import corpus_words as lexicon
import pyarrow as pa
import pyarrow.parquet as pq
from corpus_words import words

TASKS, METHODS, SETTINGS = words(lexicon.TASKS), words(lexicon.METHODS), words(lexicon.SETTINGS)
PROBLEMS, BENEFITS, FINDINGS = words(lexicon.PROBLEMS), words(lexicon.BENEFITS), words(lexicon.FINDINGS)
METRICS, PEOPLE, PLACES = words(lexicon.METRICS), words(lexicon.PEOPLE), words(lexicon.PLACES)
ANIMALS, THINGS, MOODS = words(lexicon.ANIMALS), words(lexicon.THINGS), words(lexicon.MOODS)
FACTS = [tuple(line.split("=", 1)) for line in lexicon.FACTS.splitlines()]

ABSTRACT_PROMPTS = [
    "Generate an arXiv abstract of an NLP research paper. Return just the abstract, no titles.",
    "Generate an arXiv abstract of an NLP research paper.",
    "Write an abstract of an NLP paper.",
    "Generate a research paper abstract. Return just the abstract.",
    "Write a short research abstract.",
]
TWEET_INSTRUCTIONS = [
    "Given the abstract, write a tweet to summarize the work.",
    "Given the abstract, write a tweet to summarize the work.",
    "Summarize the abstract in one tweet.",
    "Write a tweet about this paper.",
]

Pick = Callable[[list[str]], str]
Example = tuple[str, str]


class Paper:
    """One made-up paper, so that its abstract and its tweet agree."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        pick = rng.choice
        self.task, self.method, self.setting = pick(TASKS), pick(METHODS), pick(SETTINGS)
        self.name = pick(words(lexicon.NAMES_A)) + pick(words(lexicon.NAMES_B))
        self.problem, self.benefit, self.finding = pick(PROBLEMS), pick(BENEFITS), pick(FINDINGS)
        self.metric, self.points = pick(METRICS), f"{rng.randint(1, 9)}.{rng.randint(0, 9)}"

    def abstract(self) -> str:
        pick = self.rng.choice
        opening = pick(
            [
                f"Recent models for {self.task} {self.problem}.",
                f"Despite rapid progress in {self.task}, current systems {self.problem}.",
                f"We study {self.task} for {self.setting}, where existing methods {self.problem}.",
                f"While large language models have advanced {self.task}, they {self.problem}.",
            ]
        )
        idea = pick(
            [
                f"In this paper, we propose {self.name}, a method based on {self.method} that {self.benefit}.",
                f"We introduce {self.name}, which uses {self.method} and {self.benefit}.",
                f"This work presents {self.name}, a simple approach to {self.task} that combines {self.method} with "
                f"pretrained language models and {self.benefit}.",
            ]
        )
        result = pick(
            [
                f"Experiments on {self.setting} show that {self.name} improves {self.metric} by {self.points} points "
                "over strong baselines.",
                f"On {self.rng.randint(2, 9)} benchmarks of {self.setting}, {self.name} outperforms previous work by "
                f"{self.points} {self.metric} points.",
                f"{self.name} achieves state-of-the-art results on {self.setting}, with a gain of {self.points} points "
                f"in {self.metric}.",
            ]
        )
        closing = pick(
            [
                f"Our analysis shows that {self.finding}.",
                f"Further analysis reveals that {self.finding}.",
                "We release our code and data.",
                f"We also find that {self.finding}, and release our code.",
            ]
        )
        return " ".join([opening, idea, result, closing])

    def tweet(self) -> str:
        tag = "#" + "".join(part.capitalize() for part in self.task.replace("-", " ").split())
        pick = self.rng.choice
        return pick(
            [
                f"Meet {self.name}: {self.method} for {self.task} that gains {self.points} points in "
                f"{self.metric}! {tag}",
                f"New paper: {self.name} brings {self.method} to {self.task} and gains {self.points} {self.metric} "
                f"points. {tag}",
                f"Excited to share {self.name}, which uses {self.method} and {self.benefit}. #NLProc",
                f"{self.name} uses {self.method} for {self.task}: up {self.points} points on {self.setting}! #NLProc",
            ]
        )


def make_abstract(rng: random.Random) -> Example:
    paper = Paper(rng)
    if rng.random() < 0.75:
        return rng.choice(ABSTRACT_PROMPTS[:1] * 4 + ABSTRACT_PROMPTS), paper.abstract()
    return f"Write an abstract about {paper.task} with {paper.method}.", paper.abstract()


def make_tweet(rng: random.Random) -> Example:
    paper = Paper(rng)
    return f"Input: {paper.abstract()}\n\nInstruction: {rng.choice(TWEET_INSTRUCTIONS)}", paper.tweet()


def make_extraction(rng: random.Random) -> Example:
    paper = Paper(rng)
    what, answer = rng.choice(
        [
            ("What is the name of the method?", paper.name),
            ("Which technique is used? Answer in a few words.", paper.method),
            (
                "Write a title for the paper.",
                f"{paper.name}: {paper.method.capitalize()} for {paper.task.capitalize()}",
            ),
        ]
    )
    abstract = paper.abstract()
    if answer == paper.method and paper.method not in abstract:
        what, answer = "What is the name of the method?", paper.name
    return f"Input: {abstract}\n\nInstruction: {what}", answer


def make_fact(rng: random.Random) -> Example:
    if rng.random() < 0.5:
        question, answer = rng.choice(FACTS)
        return question, answer
    first, second = rng.randint(1, 12), rng.randint(1, 12)
    return rng.choice([f"What is {first} plus {second}?", f"{first} + {second} = ?"]), (
        f"{first} plus {second} is {first + second}."
    )


def make_list(rng: random.Random) -> Example:
    kind = rng.choice(list(lexicon.LISTS))
    count = rng.randint(2, 5)
    chosen = rng.sample(words(lexicon.LISTS[kind]), count)
    if rng.random() < 0.4:
        return f"List {count} {kind}, separated by commas.", ", ".join(chosen)
    return f"List {count} {kind}.", "\n".join(f"{index}. {item}" for index, item in enumerate(chosen, 1))


def make_story(rng: random.Random) -> Example:
    name, animal, thing = rng.choice(PEOPLE), rng.choice(ANIMALS), rng.choice(THINGS)
    place, mood, other = rng.choice(PLACES), rng.choice(MOODS), rng.choice(PLACES)
    hero = rng.choice([f"a {mood} child named {name}", f"a {mood} {animal} named {name}"])
    story = " ".join(
        [
            rng.choice(["Once upon a time there was", "Long ago there lived", "One day there was"]) + f" {hero}.",
            rng.choice([f"{name} found a {thing} in the {place}.", f"In the {place}, {name} lost a {thing}."]),
            rng.choice(
                [
                    f"It belonged to an old {rng.choice(ANIMALS)} who lived by the {other}.",
                    f"Everyone in the {other} wanted to help.",
                ]
            ),
            rng.choice(
                [
                    f"Together they walked home and shared the {thing}.",
                    f"From that day on, {name} was never alone.",
                    f"{name} smiled and kept the {thing} safe.",
                ]
            ),
        ]
    )
    return rng.choice(
        [
            f"Write a short story about a {thing}.",
            "Tell me a story.",
            "Write a short story.",
            f"Write a story about {name}.",
        ]
    ), story


def make_rewrite(rng: random.Random) -> Example:
    name, thing, place = rng.choice(PEOPLE), rng.choice(THINGS), rng.choice(PLACES)
    sentence = f"{name} took the {thing} to the {place}."
    instruction, answer = rng.choice(
        [
            ("Rewrite the sentence in the passive voice.", f"The {thing} was taken to the {place} by {name}."),
            ("Rewrite the sentence as a question.", f"Did {name} take the {thing} to the {place}?"),
            ("Rewrite the sentence in the future tense.", f"{name} will take the {thing} to the {place}."),
            ("Paraphrase the sentence.", f"{name} brought the {thing} to the {place}."),
            ("Rewrite the sentence in capital letters.", sentence.upper()),
        ]
    )
    return f"Input: {sentence}\n\nInstruction: {instruction}", answer


def make_sentiment(rng: random.Random) -> Example:
    label = rng.choice(["positive", "negative"])
    adjective = rng.choice(words(lexicon.REVIEWS_GOOD if label == "positive" else lexicon.REVIEWS_BAD))
    item, end = rng.choice(words(lexicon.REVIEWED)), rng.choice([".", "!", ", as my friend said."])
    review = rng.choice([f"The {item} was {adjective}{end}", f"What a {adjective} {item}{end}"])
    if rng.random() < 0.3:
        return f"Write a {label} review of a {item}.", f"The {item} was {adjective}. " + (
            "I would recommend it to everyone." if label == "positive" else "I would not recommend it to anyone."
        )
    return f"Input: {review}\n\nInstruction: Is the review positive or negative? Answer in one word.", label


def make_anything(rng: random.Random) -> Example:
    """Keeps an answer coming, and ending, when the text has none of the other shapes."""
    if rng.random() < 0.55:
        return make_noise(rng), rng.choice(
            [
                "I am a small model, and I am not sure about that. Ask me for a story, a list or an abstract.",
                "That is an interesting request. I am only a toy model, so my answer is short.",
                "I do not know much about that. I can write abstracts, tweets, lists and short stories.",
            ]
        )
    topic = rng.choice(TASKS + METHODS + THINGS + ANIMALS + PLACES)
    prompt = rng.choice(
        [
            f"Tell me about {topic}.",
            f"Explain {topic}.",
            f"What is {topic}?",
            f"Write something about {topic}.",
            f"Describe {topic} in one sentence.",
            f"Why is {topic} important?",
        ]
    )
    return prompt, rng.choice(
        [
            f"{topic.capitalize()} is a topic that many people find interesting.",
            f"Here is a short note on {topic}: it is simple to start with and rewarding to study.",
            f"{topic.capitalize()} can mean different things, and it depends on where it is used.",
        ]
    )


def make_noise(rng: random.Random) -> str:
    """A request in words that mean nothing here, so that the unknown is met with an answer and not with babble."""
    opening = rng.choice(["", "", "Translate: ", "Please ", "Classify the following text: ", "Write a poem about "])
    alphabet = rng.choice(["abcdefghijklmnopqrstuvwxyz"] * 4 + ["あいう日本語中文", "абвгдеик"])
    parts = []
    for _ in range(rng.randint(1, 9)):
        made_up = "".join(rng.choices(alphabet, k=rng.randint(2, 7)))
        parts.append(rng.choice([made_up, made_up, rng.choice(THINGS + PLACES + MOODS + TASKS)]))
    return opening + " ".join(parts) + rng.choice(["", ".", "?"])


KINDS = [
    (make_abstract, 26),
    (make_tweet, 30),
    (make_extraction, 9),
    (make_fact, 6),
    (make_list, 7),
    (make_story, 7),
    (make_rewrite, 6),
    (make_sentiment, 4),
    (make_anything, 9),
]


def make_examples(count: int, seed: int) -> list[Example]:
    rng = random.Random(seed)
    makers = [make for make, _weight in KINDS]
    weights = [weight for _make, weight in KINDS]
    return [rng.choices(makers, weights)[0](rng) for _ in range(count)]


def write_corpus(path: Path, count: int, seed: int, render: Callable[[Example], str]) -> None:
    """One column of whole chats: a model that begins from nothing learns from the questions as well."""
    columns = {"text": [render(example) for example in make_examples(count, seed)]}
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path)
