/* purenn's core as a host calls it, with the fastest kernels of this processor. */
#include "driver.h"

#include "host/host.h"
#include "purenn.h"

static const struct pn_kernels *kernels;
static const struct pn_activation *activations[MOST_LAYERS];
static struct pn_training training;
static double *parameters, *workspace, *losses, *A;

static const char *version(void) { return ""; }
static const char *differs(void) { return ""; }

static void prepare(void)
{
    size_t l;
    kernels = pn_kernels(NULL);
    for (l = 0; l < task.n_layers; l++)
        activations[l] = &pn_sigmoid_activation;
    if (task.softmax)
        activations[task.n_layers - 1] = &pn_softmax_activation;
    parameters = buffer(task.count);
    training.network.parameters = parameters;
    training.network.activations = activations;
    training.network.sizes = task.sizes;
    training.network.n_layers = task.n_layers;
    training.network.loss =
        task.softmax ? &pn_categorical_cross_entropy_loss : &pn_binary_cross_entropy_loss;
    training.network.bias = task.bias;
    training.inputs.X = task.x;
    training.inputs.n_in = task.n_in;
    training.Y = task.y;
    training.n = task.n;
    training.batch_size = task.batch;
    training.optimizer.rule = &pn_gradient_descent_rule;
    training.optimizer.rates.learning_rate = task.rate;
    training.range = 1;
    training.threads = 1;
    training.workspace = buffer(pn_training_workspace(kernels, &training));
    workspace = buffer(pn_predict_workspace(&training.network, 1));
    losses = buffer(task.epochs);
    A = buffer(task.n_out);
}

static void reset(void) { memcpy(parameters, task.w, task.count * sizeof *parameters); }

static void predict(const double *x)
{
    pn_predict(kernels, A, &training.network, workspace, x, PN_FLOAT64, 1, 1, 1);
}

static void run(void)
{
    size_t s;
    if (task.predict)
        for (s = 0; s < task.n; s++)
            predict(task.x + s * task.n_in);
    else if (task.step)
        for (s = 0; s < task.n; s++)
            pn_train(kernels, &training, losses, 1, 1);
    else
        pn_train(kernels, &training, losses, task.epochs, task.epochs * task.n);
}

static void outputs(double *results)
{
    size_t s;
    for (s = 0; s < task.n; s++) {
        predict(task.x + s * task.n_in);
        memcpy(results + s * task.n_out, A, task.n_out * sizeof *results);
    }
}
