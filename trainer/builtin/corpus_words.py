"""Words that the corpus is made of."""
# ruff: noqa: E501

from __future__ import annotations

TASKS = """machine translation|question answering|text summarization|named entity recognition|sentiment analysis|dialogue generation
relation extraction|text classification|semantic parsing|coreference resolution|paraphrase detection|speech translation
information retrieval|code generation|fact checking|grammatical error correction|keyphrase extraction|story generation
reading comprehension|natural language inference|topic modeling|data-to-text generation|event extraction|entity linking
stance detection|hate speech detection|language identification|part-of-speech tagging|dependency parsing|word sense disambiguation
document ranking|query rewriting|instruction following|mathematical reasoning|commonsense reasoning|argument mining
table understanding|style transfer|humor detection|sarcasm detection|intent classification|slot filling"""

METHODS = """contrastive learning|prompt tuning|knowledge distillation|retrieval augmentation|curriculum learning|data augmentation
adversarial training|low-rank adaptation|self-training|active learning|reinforcement learning|multi-task learning
graph attention|sparse attention|mixture of experts|label smoothing|back-translation|chain-of-thought prompting
weak supervision|meta-learning|synthetic data|domain adaptation|quantization|early exiting|span masking
preference optimization|memory networks|hierarchical encoding|token pruning|self-consistency decoding"""

SETTINGS = """low-resource languages|clinical notes|legal documents|scientific papers|social media posts|customer reviews
long documents|multilingual corpora|noisy transcripts|historical newspapers|financial reports|classroom essays
code repositories|news articles|conversational search|patent texts|biomedical abstracts|African languages
crowdsourced data|user manuals"""

NAMES_A = """Meta|Omni|Dual|Deep|Fast|Clear|Poly|Lite|Flex|Core|Neo|Sparse|Open|True|Wide|Multi|Tiny|Smart"""
NAMES_B = """Span|Tune|Rank|Graph|Lens|Align|Mix|Prompt|Bridge|Flow|Net|Link|Seed|Path|Map|Sum|Parse|Former"""

PROBLEMS = """struggle to generalize to unseen domains|require large amounts of labeled data|are expensive to train and deploy
often produce unfaithful outputs|ignore the structure of the input|fail on rare words and long inputs
are sensitive to small changes in the prompt|lack interpretability|inherit biases from their training data
degrade when the input is noisy"""

BENEFITS = """reduces the need for labeled data|improves robustness to noise|makes predictions easier to explain
lowers the cost of inference|transfers well to new domains|keeps outputs faithful to the source
works with any pretrained encoder|handles inputs of any length|narrows the gap between languages
scales to millions of documents"""

FINDINGS = """most errors come from rare entities|the gains are largest when data is scarce|model size matters less than data quality
simple baselines remain surprisingly strong|human judges prefer our outputs|the learned representations are more uniform
performance grows steadily with more unlabeled text|both components are needed for the best results"""

METRICS = "accuracy|F1|BLEU|ROUGE|exact match|recall"

ANIMALS = "fox|rabbit|bear|owl|cat|dog|mouse|turtle|bird|frog|deer|horse|goat|duck|hedgehog"
PEOPLE = "Anna|Ben|Clara|David|Emma|Felix|Grace|Hugo|Iris|Jonas|Kira|Leo|Mia|Noah|Olga|Paul|Rosa|Sam|Tara|Victor"
PLACES = "forest|village|river|garden|market|mountain|library|harbor|meadow|castle|school|kitchen|island|station"
THINGS = "lantern|map|book|key|basket|bell|letter|coat|kite|stone|mirror|flute|clock|boat|umbrella"
MOODS = "brave|curious|kind|quiet|clever|patient|cheerful|shy|gentle|careful"

FACTS = """What is the capital of France?=The capital of France is Paris.
What is the capital of Japan?=The capital of Japan is Tokyo.
What is the capital of Italy?=The capital of Italy is Rome.
What is the capital of Germany?=The capital of Germany is Berlin.
What is the capital of Spain?=The capital of Spain is Madrid.
What is the capital of Egypt?=The capital of Egypt is Cairo.
How many days are in a week?=There are seven days in a week.
How many months are in a year?=There are twelve months in a year.
What color is the sky on a clear day?=On a clear day the sky is blue.
What do bees make?=Bees make honey.
What is water made of?=Water is made of hydrogen and oxygen.
Which planet do we live on?=We live on the planet Earth.
What is the opposite of hot?=The opposite of hot is cold.
What is the opposite of small?=The opposite of small is large.
Who are you?=I am a small language model that ships with Reverie. I am a toy and often wrong.
Hello=Hello! How can I help you today?
Hi=Hi there! What would you like to talk about?
Thank you=You are welcome!
How are you?=I am doing well, thank you. How can I help?"""

LISTS = {
    "fruits": "apple|banana|cherry|grape|mango|orange|peach|pear|plum|kiwi|lemon|melon",
    "animals": ANIMALS,
    "colors": "red|blue|green|yellow|purple|orange|white|black|brown|pink|gray",
    "countries": "France|Japan|Brazil|Kenya|Canada|India|Norway|Peru|Egypt|Vietnam|Spain|Chile",
    "cities": "Paris|Tokyo|Lima|Cairo|Oslo|Madrid|Rome|Berlin|Delhi|Toronto|Nairobi|Hanoi",
    "vegetables": "carrot|potato|onion|spinach|tomato|pepper|cabbage|bean|pea|leek",
    "instruments": "piano|violin|guitar|drum|flute|trumpet|cello|harp|clarinet",
    "NLP tasks": TASKS.replace("\n", "|"),
    "training methods": METHODS.replace("\n", "|"),
}

REVIEWS_GOOD = "great|excellent|wonderful|fantastic|lovely|delightful|superb"
REVIEWS_BAD = "terrible|awful|boring|disappointing|poor|dreadful|slow"
REVIEWED = "movie|restaurant|book|phone|hotel|concert|game|laptop|coffee|service"


def words(text: str) -> list[str]:
    return [word.strip() for line in text.splitlines() for word in line.split("|") if word.strip()]
