"""PyTorch on the processor, written in several ways; the fastest of a task is the peer."""

from __future__ import annotations

import logging
import os
import shutil

import torch
from given import Given
from torch import nn
from torch.nn import functional

logging.getLogger("torch.utils.cpp_extension").setLevel(logging.ERROR)  # no CUDA? no matter

MODULES = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh}
BLOCK = 500  # samples at a time


class Modules:
    """Modules, automatic differentiation, its optimizers.

    Float64. The last activation is part of the loss, as its manual advises.
    """

    version = f"PyTorch {torch.__version__}"
    hot: tuple[str, ...] = ("net", "loss")  # what is worth compiling

    def __init__(self, given: Given, threads: int) -> None:
        torch.set_num_threads(threads)
        task = self.task = given.task
        self.first = [(tensor(W).T, tensor(b)) for W, b in given.weights]
        self.X = tensor(given.X).double()
        self.Y = tensor(given.Y)
        self.softmax = task.output == "softmax"
        if self.softmax:
            self.Y = self.Y.argmax(dim=1)
        self.net = network(task)
        self.layers = [module for module in self.net if isinstance(module, nn.Linear)]
        self.optimizer = optimizer_of(task, self.net.parameters())
        self.differs = differs(task)
        self.run = self.predict if task.call == "predict" else self.train

    def reset(self) -> None:
        forget(self.optimizer)
        with torch.no_grad():
            for layer, (W, b) in zip(self.layers, self.first):
                layer.weight.copy_(W)
                if self.task.bias:
                    layer.bias.copy_(b)

    def loss(self, Z, Y):
        """Cross-entropy from what the last layer has before its activation."""
        if self.softmax:
            return functional.cross_entropy(Z, Y)
        return functional.binary_cross_entropy_with_logits(Z, Y, reduction="sum") / len(Y)

    def step(self, X, Y) -> float:
        """One batch: its loss, and a step."""
        self.optimizer.zero_grad()
        loss = self.loss(self.net(X), Y)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def train(self) -> None:
        """All epochs; a batch of 1 makes it a call for each sample."""
        self.losses = [self.step(self.X[rows], self.Y[rows]) for rows in batches(self.task)]

    @torch.inference_mode()
    def forward(self, X):
        Z = self.net(X)
        return torch.softmax(Z, dim=1) if self.softmax else torch.sigmoid(Z)

    def predict(self) -> None:
        """A call for each sample."""
        for i in range(self.task.samples):
            self.forward(self.X[i : i + 1])

    def outputs(self):
        return self.forward(self.X).tolist()


class Columns:
    """Gradients by hand, samples in columns, nothing recorded."""

    version = Modules.version
    hot: tuple[str, ...] = ("forward", "step")
    single = False  # whether it is for one sample at a time

    def __init__(self, given: Given, threads: int) -> None:
        torch.set_num_threads(threads)
        task = self.task = given.task
        if (task.batch == 1) != self.single:
            raise NotImplementedError(f"a batch has {task.batch} samples")
        self.X = tensor(given.X).double().T
        self.Y = tensor(given.Y).T.contiguous()
        self.first = [(tensor(W).T.contiguous(), tensor(b)) for W, b in given.weights]
        self.W = [torch.empty_like(W) for W, _ in self.first]
        self.b = [torch.empty_like(b) for _, b in self.first]
        self.softmax = task.output == "softmax"
        self.optimizer = None
        if task.optimizer != "gradient_descent":
            self.optimizer = optimizer_of(task, [*self.W, *self.b])
        self.differs = differs(task)
        self.run = self.predict if task.call == "predict" else self.train

    def reset(self) -> None:
        if self.optimizer:
            forget(self.optimizer)
        for W, b, (first_W, first_b) in zip(self.W, self.b, self.first):
            W.copy_(first_W)
            b.copy_(first_b)

    def forward(self, X, W, b):
        """The inputs, then the outputs of every layer."""
        A = [X]
        for W_l, b_l, name in zip(W, b, self.task.activations):
            Z = torch.addmm(b_l[:, None], W_l, A[-1]) if self.task.bias else W_l @ A[-1]
            A.append(activate(Z, name))
        return A

    def gradients(self, X, Y, W, b):
        """The sum of the losses, then [(dW, db), ...], those sums, too."""
        A = self.forward(X, W, b)
        D, found = A[-1] - Y, []
        for layer in range(len(W) - 1, -1, -1):
            found.append((D @ A[layer].T, D.sum(dim=1)))
            if layer:
                D = times_slope(W[layer].T @ D, A[layer], self.task.hidden)
        return summed_loss(A[-1], Y, self.softmax), found[::-1]

    def update(self, gradients, n, W, b) -> None:
        """Gradient descent, or the step of PyTorch's optimizer."""
        if self.optimizer:
            for W_l, b_l, (dW, db) in zip(W, b, gradients):
                W_l.grad, b_l.grad = dW.div_(n), db.div_(n)
            self.optimizer.step()
            return
        for W_l, b_l, (dW, db) in zip(W, b, gradients):
            W_l.sub_(dW, alpha=self.task.rate / n)
            if self.task.bias:
                b_l.sub_(db, alpha=self.task.rate / n)

    def step(self, X, Y, W, b):
        """One batch: its loss, and a step."""
        loss, found = self.gradients(X, Y, W, b)
        self.update(found, X.shape[1], W, b)
        return loss / X.shape[1]

    @torch.no_grad()
    def train(self) -> None:
        """All epochs."""
        self.losses = [
            self.step(self.X.T[rows].T, self.Y[:, rows], self.W, self.b).item()
            for rows in batches(self.task)
        ]

    @torch.inference_mode()
    def predict(self) -> None:
        """A call for each sample."""
        for i in range(self.task.samples):
            self.forward(self.X[:, i : i + 1], self.W, self.b)

    @torch.inference_mode()
    def outputs(self):
        return Columns.forward(self, self.X, self.W, self.b)[-1].T.tolist()


class Blocks(Columns):
    """As many samples at a time as the cache holds, so that each is read once for both ways."""

    hot = ("gradients",)

    def __init__(self, given: Given, threads: int) -> None:
        if given.task.batch <= BLOCK:
            raise NotImplementedError(f"batches are of {BLOCK} samples or fewer")
        super().__init__(given, threads)

    def step(self, X, Y, W, b):
        """One batch: its loss, and a step with the sums of all blocks' gradients."""
        loss, sums = self.gradients(X[:, :BLOCK], Y[:, :BLOCK], W, b)
        for i in range(BLOCK, X.shape[1], BLOCK):
            more, found = self.gradients(X[:, i : i + BLOCK], Y[:, i : i + BLOCK], W, b)
            loss += more
            for total, part in zip(sums, found):
                total[0].add_(part[0])
                total[1].add_(part[1])
        self.update(sums, X.shape[1], W, b)
        return loss / X.shape[1]


class Vectors(Columns):
    """One sample at a time: products of a matrix and a vector, weights changed in their place."""

    single = True

    def __init__(self, given: Given, threads: int) -> None:
        super().__init__(given, threads)
        if self.optimizer:
            raise NotImplementedError("samples one by one take gradient descent")
        self.x = list(self.X.T)
        self.y = list(self.Y.T.contiguous())

    def forward(self, X, W, b):
        """The inputs, then the outputs of every layer."""
        A = [X]
        for W_l, b_l, name in zip(W, b, self.task.activations):
            Z = torch.addmv(b_l, W_l, A[-1]) if self.task.bias else torch.mv(W_l, A[-1])
            A.append(activate(Z, name))
        return A

    def step(self, X, Y, W, b):
        """One sample: its loss, and gradient descent."""
        A = self.forward(X, W, b)
        d, rate = A[-1] - Y, self.task.rate
        for layer in range(len(W) - 1, -1, -1):
            if layer:
                e = times_slope(torch.mv(W[layer].T, d), A[layer], self.task.hidden)
            W[layer].addr_(d, A[layer], alpha=-rate)
            if self.task.bias:
                b[layer].sub_(d, alpha=rate)
            if layer:
                d = e
        return summed_loss(A[-1], Y, self.softmax)

    @torch.inference_mode()
    def train(self) -> None:
        """All epochs."""
        self.losses = [
            self.step(self.x[i], self.y[i], self.W, self.b).item()
            for _ in range(self.task.epochs)
            for i in order_of(self.task).tolist()
        ]

    @torch.inference_mode()
    def predict(self) -> None:
        """A call for each sample."""
        for x in self.x:
            self.forward(x, self.W, self.b)


def compiled(way):
    """The same way under torch.compile, which needs a C++ compiler."""

    def make(given: Given, threads: int):
        if shutil.which(os.environ.get("CXX", "g++")) is None:
            raise NotImplementedError("torch.compile needs a C++ compiler")
        peer = way(given, threads)
        for name in way.hot:
            setattr(peer, name, torch.compile(getattr(peer, name)))
        return peer

    return make


CompiledModules = compiled(Modules)
CompiledColumns = compiled(Columns)
CompiledBlocks = compiled(Blocks)
CompiledVectors = compiled(Vectors)


def order_of(task) -> torch.Tensor:
    """The samples of an epoch, as they stand or shuffled."""
    return torch.randperm(task.samples) if task.shuffle else torch.arange(task.samples)


def batches(task):
    """The rows of each batch of all epochs: a slice, or their numbers in the order of an epoch."""
    n, batch = task.samples, task.batch
    for _ in range(task.epochs):
        if task.shuffle:
            yield from order_of(task).split(batch)
        else:
            yield from (slice(i, i + batch) for i in range(0, n, batch))


def differs(task) -> str:
    """What it computes otherwise than purenn."""
    return "draws other orders" if task.shuffle else ""


def optimizer_of(task, parameters) -> torch.optim.Optimizer:
    """PyTorch's own, all parameters in one call."""
    if task.optimizer == "adam":
        beta_1, beta_2, epsilon = task.settings.values()
        return torch.optim.Adam(
            parameters, lr=task.rate, betas=(beta_1, beta_2), eps=epsilon, fused=True
        )
    fused = task.optimizer == "momentum"
    momentum = task.settings.get("momentum", 0.0)
    return torch.optim.SGD(parameters, lr=task.rate, momentum=momentum, fused=fused)


def forget(optimizer) -> None:
    """Its moments and number of steps are 0 again."""
    for state in optimizer.state.values():
        for value in state.values():
            if value is not None:
                value.zero_()


def tensor(view: memoryview) -> torch.Tensor:
    """A copy, of bytes or of doubles."""
    kind = torch.uint8 if view.format == "B" else torch.float64
    return torch.frombuffer(bytearray(view), dtype=kind).reshape(view.shape)


def network(task) -> nn.Sequential:
    """Linear layers with activations between them."""
    modules: list[nn.Module] = []
    for n_in, n_out in zip(task.sizes, task.sizes[1:]):
        modules += [nn.Linear(n_in, n_out, bias=task.bias, dtype=torch.float64)]
        modules += [MODULES[task.hidden]()]
    return nn.Sequential(*modules[:-1])


def activate(Z, name: str):
    """Of units in rows; sigmoid and tanh in place."""
    if name == "softmax":
        return torch.softmax(Z, dim=0)
    return Z.sigmoid_() if name == "sigmoid" else Z.tanh_()


def times_slope(E, A, name: str):
    """E times the activation's slope where its output is A."""
    if name == "sigmoid":
        return torch.ops.aten.sigmoid_backward(E, A)
    return torch.ops.aten.tanh_backward(E, A)


def summed_loss(P, Y, softmax: bool):
    """The logarithm of what each output, or each sample's right one, is said to be true with."""
    return -torch.log((P * Y).sum(dim=0) if softmax else (P + Y - 1.0).abs()).sum()
