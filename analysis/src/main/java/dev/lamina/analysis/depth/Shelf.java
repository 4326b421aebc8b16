package dev.lamina.analysis.depth;

/**
 * A loss at which networks of any depth may stagnate: the best of something simple, which is a
 * critical point of all of them by the embedding principle.
 *
 * @param name what is best there
 * @param loss its loss on the training samples that are looked at
 * @param exact whether the loss is computed; otherwise it is the least that a search has found
 */
public record Shelf(String name, double loss, boolean exact) {}
