"""Writes `table.tsv`: the values of scikit-learn and torchmetrics that `tests/metrics_peers.rs` compares with.

    python3 -m venv venv
    venv/bin/pip install scikit-learn==1.9.1 torchmetrics==1.9.0 torch
    venv/bin/python write_table.py

Each line is a case: the metric, its settings, predictions, targets and weights, and what each peer returns: a number, several numbers,
`error`, or `-` if the peer has no such metric or setting. Rows of scores end with `|`. The word `undefined` among the settings says
that our metric has no value.
"""

import math
import random
import warnings

import numpy as np
import sklearn.metrics as sk
import torch
import torchmetrics as tm
import torchmetrics.functional as tf
import torchmetrics.functional.classification as tc

warnings.filterwarnings("ignore")
torch.set_default_dtype(torch.float64)
random.seed(15)
LINES = []


def text(value):
    """A number, a list or a table, as a cell of the table."""
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    value = np.asarray(value.detach().numpy() if isinstance(value, torch.Tensor) else value)
    if value.ndim == 0:
        return repr(value.item())
    if value.ndim == 1:
        return " ".join(repr(item) for item in value.tolist())
    return "".join(text(row) + "|" for row in value)


def ask(peer):
    """What a peer returns, or `error`."""
    if peer is None:
        return None
    try:
        return peer()
    except Exception:
        return "error"


def case(metric, settings, predictions, targets, weights=None, sklearn=None, torchmetrics=None):
    cells = [metric, settings, text(predictions), text(targets), text(weights)]
    cells += [text(ask(sklearn)), text(ask(torchmetrics))]
    LINES.append("\t".join(cells))


def classes(count, size):
    return [random.randrange(count) for _ in range(size)]


def weights_of(size):
    return [random.choice([0.0, 0.5, 1.0, 2.0, 3.25]) for _ in range(size)]


def tied(size):
    """Scores from 0 to 1 in steps of 1/8, so that many of them are equal."""
    return [random.randrange(9) / 8 for _ in range(size)]


def distinct_rows(size, count):
    """Rows of distinct scores that sum to 1."""
    rows = []
    for _ in range(size):
        raw = random.sample(range(1, 40), count)
        rows.append([item / sum(raw) for item in raw])
    return rows


def tensor(values):
    return torch.tensor(values)


def mean():
    for size in [1, 2, 7, 20]:
        for _ in range(3):
            values, weights = [random.gauss(3, 2) for _ in range(size)], [random.choice([0.5, 1.0, 4.0]) for _ in range(size)]
            metric = tm.MeanMetric()
            case("mean", "", values, [], None, lambda: np.mean(values), lambda: (metric.reset(), metric.update(tensor(values)), metric.compute())[2])
            case("mean", "", values, [], weights, lambda: np.average(values, weights=weights),
                 lambda: (metric.reset(), metric.update(tensor(values), tensor(weights)), metric.compute())[2])


def accuracy():
    for count in [2, 3, 5]:
        for size in [1, 4, 17]:
            p, t = classes(count, size), classes(count, size)
            case("accuracy", "", p, t, None, lambda: sk.accuracy_score(t, p),
                 lambda: tc.multiclass_accuracy(tensor(p), tensor(t), count, average="micro"))
            w = weights_of(size - 1) + [1.0]
            case("accuracy", "", p, t, w, lambda: sk.accuracy_score(t, p, sample_weight=w))
            if count > 2:
                rows = distinct_rows(size, count)
                best = np.argmax(rows, axis=1)
                case("accuracy", "rows", rows, t, None, lambda: sk.accuracy_score(t, best),
                     lambda: tc.multiclass_accuracy(tensor(rows), tensor(t), count, average="micro"))
    for threshold in [0.0, 0.25, 0.5, 0.9, 1.0]:
        for size in [1, 5, 18]:
            p, t = tied(size), classes(2, size)
            case("accuracy", f"threshold {threshold}", p, t, None,
                 lambda: sk.accuracy_score(t, np.asarray(p) > threshold),
                 lambda: tc.binary_accuracy(tensor(p), tensor(t), threshold=threshold))


def top_k():
    for count in [3, 6]:
        for k in [1, 2, 3, 5]:
            rows, t = distinct_rows(15, count), classes(count, 15)
            w = weights_of(14) + [1.0]
            case("top_k", f"k {k}", rows, t, None,
                 lambda: sk.top_k_accuracy_score(t, rows, k=k, labels=range(count)),
                 (lambda: tc.multiclass_accuracy(tensor(rows), tensor(t), count, average="micro", top_k=k)) if k <= count else None)
            case("top_k", f"k {k}", rows, t, w, lambda: sk.top_k_accuracy_score(t, rows, k=k, labels=range(count), sample_weight=w))


def multilabel():
    for labels in [2, 4]:
        for size in [1, 6, 12]:
            p = [tied(labels) for _ in range(size)]
            t = [classes(2, labels) for _ in range(size)]
            hard = (np.asarray(p) > 0.5).astype(int)
            case("multilabel", "", p, t, None, lambda: np.mean(hard == np.asarray(t)),
                 lambda: tc.multilabel_accuracy(tensor(p), tensor(t), labels, average="micro"))
            case("multilabel", "subset", p, t, None, lambda: sk.accuracy_score(t, hard),
                 lambda: tc.multilabel_exact_match(tensor(p), tensor(t), labels))


RATIOS = {
    "precision": (lambda **k: sk.precision_score(**k), lambda p, t, n, **k: tc.multiclass_precision(p, t, n, **k)),
    "recall": (lambda **k: sk.recall_score(**k), lambda p, t, n, **k: tc.multiclass_recall(p, t, n, **k)),
    "f_beta 1.0": (lambda **k: sk.fbeta_score(beta=1.0, **k), lambda p, t, n, **k: tc.multiclass_fbeta_score(p, t, 1.0, n, **k)),
    "f_beta 2.0": (lambda **k: sk.fbeta_score(beta=2.0, **k), lambda p, t, n, **k: tc.multiclass_fbeta_score(p, t, 2.0, n, **k)),
    "f_beta 0.5": (lambda **k: sk.fbeta_score(beta=0.5, **k), lambda p, t, n, **k: tc.multiclass_fbeta_score(p, t, 0.5, n, **k)),
}
BINARY = {
    "precision": tc.binary_precision,
    "recall": tc.binary_recall,
    "f_beta 1.0": lambda p, t: tc.binary_fbeta_score(p, t, 1.0),
    "f_beta 2.0": lambda p, t: tc.binary_fbeta_score(p, t, 2.0),
    "f_beta 0.5": lambda p, t: tc.binary_fbeta_score(p, t, 0.5),
}


def class_scores():
    data = [(2, classes(2, 12), classes(2, 12)), (3, classes(3, 15), classes(3, 15)), (5, classes(5, 20), classes(5, 20))]
    data.append((4, [0, 1, 1, 0], [0, 1, 0, 3]))            # The class 2 does not occur, 3 is never predicted.
    data.append((3, [0, 0, 0], [0, 0, 0]))                  # A single class.
    data.append((3, [1, 1, 1], [2, 2, 0]))                  # Nothing is right.
    for ratio, (sklearn, torchmetrics) in RATIOS.items():
        for count, p, t in data:
            w = [random.choice([0.5, 1.0, 2.0]) for _ in p]
            for average, sk_average, labels in [
                ("micro", "micro", None), ("macro", "macro", None), ("macro_of_all", "macro", range(count)),
                ("weighted", "weighted", None), ("per_class", None, range(count)),
            ]:
                for weights in [None, w]:
                    one = lambda: torchmetrics(tensor(p), tensor(t), count, average=sk_average or "none")
                    has = weights is None and average != "macro_of_all"
                    case(ratio, f"classes {count} average {average}", p, t, weights,
                         lambda: sklearn(y_true=t, y_pred=p, average=sk_average, labels=labels, sample_weight=weights, zero_division=0),
                         one if has else None)
            for zero, name in [(1.0, "one"), (np.nan, "undefined")]:
                for average, sk_average in [("macro_of_all", "macro"), ("per_class", None), ("weighted", "weighted")]:
                    case(ratio, f"classes {count} average {average} zero_division {name}", p, t, None,
                         lambda: sklearn(y_true=t, y_pred=p, average=sk_average, labels=range(count), zero_division=zero))
        for p, t in [(classes(2, 9), classes(2, 9)), ([1, 1, 0], [1, 1, 0]), ([0, 0], [0, 0]), ([0, 0], [1, 0]), ([1, 1], [0, 0])]:
            case(ratio, "classes 2 average class 1", p, t, None,
                 lambda: sklearn(y_true=t, y_pred=p, average="binary", zero_division=0), lambda: BINARY[ratio](tensor(p), tensor(t)))


def confusion():
    for count, p, t in [(2, classes(2, 9), classes(2, 9)), (4, classes(4, 20), classes(4, 20)), (4, [0, 1, 1], [0, 3, 3]), (3, [0], [0])]:
        w = [random.choice([0.5, 1.0, 2.0]) for _ in p]
        for name, normalize in [("counts", None), ("targets", "true"), ("predictions", "pred"), ("all", "all")]:
            for weights in [None, w]:
                case("confusion", f"classes {count} normalize {name}", p, t, weights,
                     lambda: sk.confusion_matrix(t, p, labels=range(count), normalize=normalize, sample_weight=weights).astype(float),
                     (lambda: tc.multiclass_confusion_matrix(tensor(p), tensor(t), count, normalize=normalize).double()) if weights is None else None)


def curves():
    def area(t, p, w):
        precision, recall, _ = sk.precision_recall_curve(t, p, sample_weight=w)
        return sk.auc(recall, precision)

    for size in [2, 3, 8, 25]:
        for scores in [tied, lambda n: [random.random() for _ in range(n)], lambda n: [random.gauss(0, 3) for _ in range(n)], lambda n: [0.5] * n]:
            p = scores(size)
            t = [0, 1] + classes(2, size - 2)
            random.shuffle(t)
            is_probability = all(0 <= score <= 1 for score in p)
            for w in [None, [random.choice([0.0, 0.5, 1.0, 3.0]) if size > 3 and i > 3 else 1.0 for i in range(size)]]:
                has = w is None and is_probability
                case("roc", "", p, t, w, lambda: sk.roc_auc_score(t, p, sample_weight=w), (lambda: tc.binary_auroc(tensor(p), tensor(t))) if has else None)
                case("average_precision", "", p, t, w, lambda: sk.average_precision_score(t, p, sample_weight=w),
                     (lambda: tc.binary_average_precision(tensor(p), tensor(t))) if has else None)
                case("precision_recall", "", p, t, w, lambda: area(t, p, w))
    for p, t in [([0.2, 0.7], [1, 1]), ([0.2, 0.7], [0, 0]), ([0.5], [1])]:
        undefined = "undefined"
        case("roc", undefined, p, t, None, lambda: sk.roc_auc_score(t, p), lambda: tc.binary_auroc(tensor(p), tensor(t)))
        undefined = "" if 1 in t else "undefined"
        case("average_precision", undefined, p, t, None, lambda: sk.average_precision_score(t, p), lambda: tc.binary_average_precision(tensor(p), tensor(t)))


def one_vs_rest():
    for count in [3, 4]:
        for size in [12, 20]:
            for tie in [False, True]:
                t = list(range(count)) + classes(count, size - count)
                rows = distinct_rows(size, count)
                if tie:
                    rows = [random.choice(rows[:4]) for _ in rows]
                for average in ["macro", "weighted", "per_class"]:
                    name = None if average == "per_class" else average
                    case("ovr_roc", f"classes {count} average {average}", rows, t, None,
                         lambda: sk.roc_auc_score(t, rows, multi_class="ovr", average=name),
                         lambda: tc.multiclass_auroc(tensor(rows), tensor(t), count, average=name or "none"))
                    case("ovr_average_precision", f"classes {count} average {average}", rows, t, None,
                         lambda: sk.average_precision_score(t, np.asarray(rows), average=name),
                         lambda: tc.multiclass_average_precision(tensor(rows), tensor(t), count, average=name or "none"))
                w = [random.choice([0.5, 1.0, 2.0]) for _ in t]
                case("ovr_roc", f"classes {count} average macro", rows, t, w, lambda: sk.roc_auc_score(t, rows, multi_class="ovr", sample_weight=w))
    rows, t = distinct_rows(6, 3), [0, 1, 0, 1, 1, 0]
    case("ovr_roc", "classes 3 average macro lacks", rows, t, None, lambda: sk.roc_auc_score(t, rows, multi_class="ovr", labels=range(3)),
         lambda: tc.multiclass_auroc(tensor(rows), tensor(t), 3))
    case("ovr_average_precision", "classes 3 average macro lacks", rows, t, None, lambda: sk.average_precision_score(t, np.asarray(rows)),
         lambda: tc.multiclass_average_precision(tensor(rows), tensor(t), 3))
    case("ovr_roc", "classes 3 average macro undefined", rows, [1] * 6, None, lambda: sk.roc_auc_score([1] * 6, rows, multi_class="ovr", labels=range(3)),
         lambda: tc.multiclass_auroc(tensor(rows), tensor([1] * 6), 3))


def regression():
    for size in [2, 3, 10, 30]:
        for offset, spread in [(0, 1), (5, 2), (1e6, 1), (-3, 1e-3)]:
            t = [random.gauss(offset, spread) for _ in range(size)]
            p = [item + random.gauss(0, spread / 3) for item in t]
            for w in [None, [random.choice([0.0, 0.5, 1.0, 3.0]) if i > 1 else 1.0 for i in range(size)]]:
                case("mae", "", p, t, w, lambda: sk.mean_absolute_error(t, p, sample_weight=w), (lambda: tf.mean_absolute_error(tensor(p), tensor(t))) if w is None else None)
                case("mse", "", p, t, w, lambda: sk.mean_squared_error(t, p, sample_weight=w), (lambda: tf.mean_squared_error(tensor(p), tensor(t))) if w is None else None)
                case("rmse", "", p, t, w, lambda: sk.root_mean_squared_error(t, p, sample_weight=w), (lambda: tf.mean_squared_error(tensor(p), tensor(t), squared=False)) if w is None else None)
                # torchmetrics subtracts squares of the sum, which loses the digits of a great mean, and takes a small variance for 0.
                has = w is None and offset < 100 and spread >= 1
                case("r2", "", p, t, w, lambda: sk.r2_score(t, p, sample_weight=w), (lambda: tf.r2_score(tensor(p), tensor(t))) if has else None)
    for p, t in [([2.0, 2.0], [2.0, 2.0]), ([2.0, 3.0], [2.0, 2.0]), ([0.0, 9.0], [1.0, 2.0])]:
        case("r2", "", p, t, None, lambda: sk.r2_score(t, p), lambda: tf.r2_score(tensor(p), tensor(t)))
    case("r2", "undefined", [2.0], [1.0], None, lambda: sk.r2_score([1.0], [2.0]), lambda: tf.r2_score(tensor([2.0]), tensor([1.0])))


def perplexity():
    for count in [2, 3, 8]:
        for size in [1, 5, 16]:
            logits = [[random.gauss(0, 3) for _ in range(count)] for _ in range(size)]
            t = classes(count, size)
            case("perplexity", "logits", logits, t, None,
                 lambda: math.exp(sk.log_loss(t, torch.softmax(tensor(logits), 1).numpy(), labels=range(count))),
                 lambda: tf.text.perplexity(tensor([logits]), tensor([t])))
            if 0 in t and any(t):
                case("perplexity", "logits ignore 0", logits, t, None, None, lambda: tf.text.perplexity(tensor([logits]), tensor([t]), ignore_index=0))
            rows = distinct_rows(size, count)
            case("perplexity", "probabilities", rows, t, None, lambda: math.exp(sk.log_loss(t, rows, labels=range(count))))
            w = [random.choice([0.5, 1.0, 2.0]) for _ in t]
            case("perplexity", "probabilities", rows, t, w, lambda: math.exp(sk.log_loss(t, rows, labels=range(count), sample_weight=w)))


for write in [mean, accuracy, top_k, multilabel, class_scores, confusion, curves, one_vs_rest, regression, perplexity]:
    write()

import sklearn  # For its version.

with open("table.tsv", "w") as table:
    table.write(f"metric\tsettings\tpredictions\ttargets\tweights\tscikit-learn {sklearn.__version__}\ttorchmetrics {tm.__version__}\n")
    table.write("\n".join(LINES) + "\n")
print(len(LINES), "cases")
