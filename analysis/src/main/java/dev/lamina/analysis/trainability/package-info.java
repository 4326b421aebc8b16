/**
 * Whether the angle that survives at initialisation tells how well a network trains: many
 * architectures are trained alike and their accuracy is compared with what was predicted from the
 * widths alone (Jakub and Nica, arXiv 2306.01513).
 */
package dev.lamina.analysis.trainability;
