/**
 * The embedding principle: how a network's parameters become those of a deeper or wider one with
 * the same outputs, and back.
 *
 * <p>Sources: Bai, Luo, Xu, Zhang, "Embedding Principle in Depth" (arXiv 2205.13283, version 3);
 * Zhang, Zhang, Luo, Xu (arXiv 2105.14573) and Zhang, Li, Zhang, Luo, Xu (arXiv 2111.15527) for
 * width. Each formula is marked [paper], [derived] (here, and checked by a second route) or
 * [corrected]. Everything is float64.
 *
 * <p>Words: f^[0] = x are the features of the input, f^[l] those of layer l, u^[l] its
 * pre-activations; a layer inserted <em>after q</em> stands between features q and q + 1.
 */
package dev.lamina.analysis.embedding;
