/* The activations, losses and update rules, in the order of ACTIVATIONS, LOSSES and RULES in
 * purenn/reference/: what cases.py sends are places in them. tests/test_c_core.py holds them to the
 * reference. */
#define EACH_ACTIVATION(f) f(identity) f(sigmoid) f(tanh) f(relu) f(leaky_relu) f(softmax)
#define EACH_LOSS(f) f(mean_squared_error) f(binary_cross_entropy) f(categorical_cross_entropy)
#define EACH_RULE(f) f(gradient_descent) f(momentum) f(nesterov) f(adam) f(rprop)

#define ITS_ACTIVATION(name) &pn_##name##_activation,
#define ITS_LOSS(name) &pn_##name##_loss,
#define ITS_RULE(name) &pn_##name##_rule,
