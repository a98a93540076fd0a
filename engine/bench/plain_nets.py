"""The loops of lectures 3 and 5, and of makemore.py's Transformer, written plainly.

They are what the rungs are measured against: torch's autograd, a batch at a time, as one would
write it down.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, RandomSampler, TensorDataset


def lecture_3(
    weights: list[Tensor], xs: Tensor, ys: Tensor, batches_NB: Tensor, rate: float
) -> list[float]:
    """The MLP with BatchNorm; returns the losses.

    Args:
        weights: C, W1, gain, bias, W2 and b2, in this order.
        xs: all windows of the training words.
        ys: what follows each.
        batches_NB: the rows of each step.
        rate: the learning rate.
    """
    parameters = [weight.detach().clone().requires_grad_() for weight in weights]
    c, w1, gain, bias, w2, b2 = parameters
    running_mean, running_std = torch.zeros_like(bias), torch.ones_like(gain)
    losses = []
    for ix in batches_NB:
        embedded = c[xs[ix]].view(len(ix), -1)
        inner = embedded @ w1
        mean, std = inner.mean(0, keepdim=True), inner.std(0, keepdim=True)
        inner = gain * (inner - mean) / std + bias
        with torch.no_grad():
            running_mean = 0.999 * running_mean + 0.001 * mean
            running_std = 0.999 * running_std + 0.001 * std
        loss = functional.cross_entropy(torch.tanh(inner) @ w2 + b2, ys[ix])
        for parameter in parameters:
            parameter.grad = None
        torch.autograd.backward(loss)
        for parameter in parameters:
            assert parameter.grad is not None
            parameter.data += -rate * parameter.grad
        losses.append(loss.item())
    return losses


def lecture_5(
    weights: list[Tensor], xs: Tensor, ys: Tensor, batches_NB: Tensor, rate: float
) -> list[float]:
    """The tree of three layers; returns the losses.

    Args:
        weights: the embedding; of each layer its weights, gain and bias; the output's weights, and
            biases.
        xs: all windows of the training words.
        ys: what follows each.
        batches_NB: the rows of each step.
        rate: the learning rate.
    """
    parameters = [weight.detach().clone().requires_grad_() for weight in weights]
    embedding, *layers = parameters[:-2]
    means = [torch.zeros_like(bias) for bias in layers[2::3]]
    variances = [torch.ones_like(bias) for bias in layers[2::3]]
    losses = []
    for ix in batches_NB:
        x = embedding[xs[ix]]
        for number in range(3):
            matrix, gain, bias = layers[3 * number : 3 * number + 3]
            batch, places, width = x.shape
            x = x.view(batch, places // 2, width * 2)
            if x.shape[1] == 1:
                x = x.squeeze(1)
            x = x @ matrix
            dims = tuple(range(x.dim() - 1))
            mean, variance = x.mean(dims, keepdim=True), x.var(dims, keepdim=True)
            x = gain * (x - mean) / torch.sqrt(variance + 1e-5) + bias
            with torch.no_grad():
                means[number] = 0.9 * means[number] + 0.1 * mean
                variances[number] = 0.9 * variances[number] + 0.1 * variance
            x = torch.tanh(x)
        loss = functional.cross_entropy(x @ parameters[-2] + parameters[-1], ys[ix])
        for parameter in parameters:
            parameter.grad = None
        torch.autograd.backward(loss)
        for parameter in parameters:
            assert parameter.grad is not None
            parameter.data += -rate * parameter.grad
        losses.append(loss.item())
    return losses


class _Attention(nn.Module):
    def __init__(self, width: int, heads: int, context: int) -> None:
        super().__init__()
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.heads = heads
        self.mask = torch.tril(torch.ones(context, context))[None, None]

    def forward(self, x: Tensor) -> Tensor:
        batch, places, width = x.shape
        q, k, v = (
            each.view(batch, places, self.heads, -1).transpose(1, 2)
            for each in self.qkv(x).split(width, dim=2)
        )
        scores = (q @ k.transpose(-2, -1)) * q.shape[-1] ** -0.5
        scores = scores.masked_fill(self.mask[:, :, :places, :places] == 0, float("-inf"))
        y = scores.softmax(-1) @ v
        mixed: Tensor = self.out(y.transpose(1, 2).contiguous().view(batch, places, width))
        return mixed


class _NewGelu(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return 0.5 * x * (1 + torch.tanh((2 / torch.pi) ** 0.5 * (x + 0.044715 * x**3)))


class _Block(nn.Module):
    def __init__(self, width: int, heads: int, context: int) -> None:
        super().__init__()
        self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = _Attention(width, heads, context)
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width), _NewGelu(), nn.Linear(4 * width, width)
        )

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attention(self.before(x))
        hidden: Tensor = self.mlp(self.between(x))
        return x + hidden


class PlainTransformer(nn.Module):
    """makemore.py's Transformer as modules: no cache, and every word is as long as the longest."""

    def __init__(
        self, symbols: int, context: int, layers: int = 4, heads: int = 4, width: int = 64
    ) -> None:
        super().__init__()
        self.context = context
        self.symbols_, self.places = nn.Embedding(symbols, width), nn.Embedding(context, width)
        self.blocks = nn.Sequential(*(_Block(width, heads, context) for _ in range(layers)))
        self.last = nn.LayerNorm(width)
        self.head = nn.Linear(width, symbols, bias=False)

    def forward(self, tokens_BT: Tensor) -> Tensor:
        """The logits; (B, T, V)."""
        places = torch.arange(tokens_BT.shape[1])
        x = self.symbols_(tokens_BT) + self.places(places)
        logits: Tensor = self.head(self.last(self.blocks(x)))
        return logits

    def train_on(self, inputs_RT: Tensor, targets_RT: Tensor, steps: int) -> list[float]:
        """Make steps with batches of 32 words, drawn with replacement; returns the losses."""
        data = TensorDataset(inputs_RT, targets_RT)
        sampler = RandomSampler(data, replacement=True, num_samples=32 * steps)
        optimizer = torch.optim.AdamW(
            self.parameters(), lr=5e-4, betas=(0.9, 0.99), weight_decay=0.01
        )
        losses = []
        for inputs, targets in DataLoader(data, batch_size=32, sampler=sampler):
            logits = self(inputs)
            loss = functional.cross_entropy(
                logits.view(-1, logits.shape[-1]), targets.view(-1), ignore_index=-1
            )
            self.zero_grad(set_to_none=True)
            torch.autograd.backward(loss)
            optimizer.step()
            losses.append(loss.item())
        return losses

    @torch.no_grad()
    def draw(self, names: int) -> Tensor:
        """Draw names, all symbols of all of them anew at each place; (names, context + 1)."""
        tokens = torch.zeros((names, 1), dtype=torch.int64)
        for _ in range(self.context):
            probs = self(tokens)[:, -1].softmax(1)
            tokens = torch.cat((tokens, torch.multinomial(probs, 1)), dim=1)
        return tokens
