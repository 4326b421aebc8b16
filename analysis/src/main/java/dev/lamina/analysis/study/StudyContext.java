package dev.lamina.analysis.study;

import dev.lamina.Lamina;

/**
 * What all sections of a study have in common.
 *
 * @param lamina the open backend and the settings
 * @param network the network under study
 * @param seed seed of everything random
 */
public record StudyContext(Lamina lamina, NetworkConfig network, long seed) {}
