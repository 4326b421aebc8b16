/**
 * Training of networks: mini-batches, optimisers, schedules, rules to stop, checkpoints that are
 * resumed to the same bits, and several runs side by side.
 */
package dev.lamina.analysis.training;
