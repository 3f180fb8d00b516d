/* FANN's double version: fann_run for a prediction, fann_train for a step on one sample.
 *
 * FANN trains on the squared error alone, has no softmax, and always has biases. So in training it
 * does a like amount of work towards another loss, from the same weights. A prediction is the same
 * as purenn's: the last layer is linear, and the softmax is taken here. */
#include "driver.h"

#include <doublefann.h>
#include <math.h>

static struct fann *ann;
static double *results;

static const char *version(void) { return "FANN (double)"; }

static const char *differs(void)
{
    return task.predict ? "" : "squared error, sigmoid outputs, trains biases too";
}

static void prepare(void)
{
    unsigned int sizes[MOST_LAYERS + 1];
    size_t l;
    int linear = task.predict && task.softmax;
    for (l = 0; l <= task.n_layers; l++)
        sizes[l] = (unsigned int)task.sizes[l];
    ann = fann_create_standard_array((unsigned int)task.n_layers + 1, sizes);
    if (ann == NULL || task.batch != 1)
        exit(2);
    fann_set_activation_function_hidden(ann, FANN_SIGMOID);
    fann_set_activation_function_output(ann, linear ? FANN_LINEAR : FANN_SIGMOID);
    fann_set_activation_steepness_hidden(ann, 0.5); /* 1 / (1 + exp(-2*0.5*z)) */
    fann_set_activation_steepness_output(ann, linear ? 1.0 : 0.5);
    fann_set_training_algorithm(ann, FANN_TRAIN_INCREMENTAL);
    fann_set_train_error_function(ann, FANN_ERRORFUNC_LINEAR);
    fann_set_learning_rate(ann, (float)task.rate);
    fann_set_learning_momentum(ann, 0.0f);
    results = buffer(task.n_out);
}

/* FANN keeps for each unit its weights from all units of the layer before, then its bias. */
static void reset(void)
{
    const double *W = task.w;
    fann_type *to = ann->weights;
    size_t l, k, j;
    for (l = 0; l < task.n_layers; l++) {
        size_t n_in = task.sizes[l], n_out = task.sizes[l + 1];
        for (j = 0; j < n_out; j++)
            for (k = 0; k <= n_in; k++) /* row n_in is b */
                *to++ = W[k * n_out + j];
        W += (n_in + 1) * n_out;
    }
}

static void predict(double *x)
{
    const fann_type *z = fann_run(ann, x);
    double largest = z[0], sum = 0.0;
    size_t j;
    if (!task.predict || !task.softmax) {
        memcpy(results, z, task.n_out * sizeof *results);
        return;
    }
    for (j = 1; j < task.n_out; j++)
        largest = z[j] > largest ? z[j] : largest;
    for (j = 0; j < task.n_out; j++)
        sum += results[j] = exp(z[j] - largest);
    for (j = 0; j < task.n_out; j++)
        results[j] /= sum;
}

static void run(void)
{
    size_t epoch, s;
    for (epoch = 0; epoch < task.epochs; epoch++)
        for (s = 0; s < task.n; s++) {
            double *x = task.x + s * task.n_in;
            if (task.predict)
                predict(x);
            else
                fann_train(ann, x, task.y + s * task.n_out);
        }
}

static void outputs(double *all)
{
    size_t s;
    for (s = 0; s < task.n; s++) {
        predict(task.x + s * task.n_in);
        memcpy(all + s * task.n_out, results, task.n_out * sizeof *all);
    }
}
