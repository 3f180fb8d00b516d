/* The activations and losses, in the order of ACTIVATIONS and LOSSES in purenn/reference/: what
 * cases.py sends are places in them. tests/test_c_core.py holds both to the reference. */
#define EACH_ACTIVATION(f) f(identity) f(sigmoid) f(tanh) f(relu) f(leaky_relu) f(elu) f(softplus) f(softmax)
#define EACH_LOSS(f) f(mean_squared_error) f(mean_absolute_error) f(huber) f(binary_cross_entropy) f(categorical_cross_entropy)

#define ITS_ACTIVATION(name) &pn_##name##_activation,
#define ITS_LOSS(name) &pn_##name##_loss,
