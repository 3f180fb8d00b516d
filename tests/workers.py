"""What other processes are sent: they import it by its name."""

X = [[k / 8, 1 - k / 8] for k in range(8)]
Y = [[float(k % 3 == 0)] for k in range(8)]


def trained(network):
    """The network, some epochs further, and the engine that trained it."""
    network.fit(X, Y, epochs=3, learning_rate=0.5, batch_size=3, shuffle=True, seed=4)
    return network, network.backend
