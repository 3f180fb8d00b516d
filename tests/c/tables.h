/* The activations, losses, update rules and rules for first weights, in the order of ACTIVATIONS,
 * LOSSES, RULES and INITIALIZATIONS in purenn/reference/: what cases.py sends are places in the first
 * three. tests/test_c_core.py holds all to the reference. */
#define EACH_ACTIVATION(f) f(identity) f(sigmoid) f(tanh) f(relu) f(leaky_relu) f(elu) f(softplus) f(softmax)
#define EACH_LOSS(f) f(mean_squared_error) f(mean_absolute_error) f(huber) f(binary_cross_entropy) f(categorical_cross_entropy)
#define EACH_RULE(f) f(gradient_descent) f(momentum) f(nesterov) f(adam) f(rprop)
#define EACH_INITIALIZATION(f) \
    f(glorot_uniform) f(glorot_normal) f(he_uniform) f(he_normal) f(lecun_uniform) \
    f(lecun_normal) f(zeros)

#define ITS_ACTIVATION(name) &pn_##name##_activation,
#define ITS_LOSS(name) &pn_##name##_loss,
#define ITS_RULE(name) &pn_##name##_rule,
#define ITS_INITIALIZATION(name) pn_##name,
