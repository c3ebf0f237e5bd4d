// The error that llama.cpp's weight types make in a model's logits, over given sequences.
//
//   logit-error REFERENCE.gguf QUANTIZED.gguf < SEQUENCES
//
// A line of SEQUENCES is the number of a prompt's tokens, and then the ids of the prompt and of its completion. Prints, over all
// positions that choose a token of a completion: their number, the mean Kullback-Leibler divergence from the reference in nats, and
// the greatest difference of a logit, both rows of logits having been shifted to a mean of zero.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "llama.h"

struct Engine {
    llama_context * context;
    int vocabulary;

    explicit Engine(const char * path) {
        llama_model_params model_params = llama_model_default_params();
        model_params.n_gpu_layers = 0;
        llama_model * model = llama_model_load_from_file(path, model_params);
        llama_context_params params = llama_context_default_params();
        params.n_ctx = params.n_batch = params.n_ubatch = 1024;
        context = model == nullptr ? nullptr : llama_init_from_model(model, params);
        if (context == nullptr) {
            std::fprintf(stderr, "%s cannot be loaded\n", path);
            std::exit(1);
        }
        vocabulary = llama_vocab_n_tokens(llama_model_get_vocab(model));
    }

    void run(const std::vector<int> & tokens, int first) const {
        llama_memory_clear(llama_get_memory(context), true);
        llama_batch batch = llama_batch_init((int) tokens.size(), 0, 1);
        for (int i = 0; i < (int) tokens.size(); i++) {
            batch.token[i] = tokens[i];
            batch.pos[i] = i;
            batch.n_seq_id[i] = 1;
            batch.seq_id[i][0] = 0;
            batch.logits[i] = i >= first;
        }
        batch.n_tokens = (int) tokens.size();
        if (llama_decode(context, batch) != 0) {
            std::fprintf(stderr, "decoding failed\n");
            std::exit(1);
        }
        llama_batch_free(batch);
    }

    // A position's logits, shifted to a mean of zero.
    std::vector<double> logits(int position) const {
        const float * row = llama_get_logits_ith(context, position);
        std::vector<double> result(row, row + vocabulary);
        double mean = 0;
        for (double x : result) mean += x / vocabulary;
        for (double & x : result) x -= mean;
        return result;
    }
};

static double log_sum(const std::vector<double> & logits) {
    double largest = *std::max_element(logits.begin(), logits.end()), sum = 0;
    for (double x : logits) sum += std::exp(x - largest);
    return largest + std::log(sum);
}

int main(int count, char ** arguments) {
    if (count != 3) {
        std::fprintf(stderr, "usage: logit-error REFERENCE.gguf QUANTIZED.gguf < SEQUENCES\n");
        return 2;
    }
    llama_log_set([](ggml_log_level, const char *, void *) {}, nullptr);
    llama_backend_init();
    Engine reference(arguments[1]), quantized(arguments[2]);
    long positions = 0;
    double divergence = 0, greatest = 0;
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words(line);
        int prompt = 0;
        words >> prompt;
        std::vector<int> tokens;
        for (int id; words >> id;) tokens.push_back(id);
        reference.run(tokens, prompt - 1);
        quantized.run(tokens, prompt - 1);
        for (int position = prompt - 1; position + 1 < (int) tokens.size(); position++, positions++) {
            std::vector<double> p = reference.logits(position), q = quantized.logits(position);
            double p_sum = log_sum(p), q_sum = log_sum(q);
            for (int i = 0; i < reference.vocabulary; i++) {
                divergence += std::exp(p[i] - p_sum) * ((p[i] - p_sum) - (q[i] - q_sum));
                greatest = std::max(greatest, std::fabs(p[i] - q[i]));
            }
        }
    }
    std::printf("%ld positions, KL %.2e nats, greatest logit difference %.3f\n", positions, divergence / positions, greatest);
}
