package dev.lamina.analysis.study;

import dev.lamina.Lamina;
import dev.lamina.analysis.data.PreparedData;

/**
 * What all sections of a study have in common.
 *
 * @param lamina the open backend and the settings
 * @param data training and test samples in the precision of the settings; the runner closes them
 * @param network the network under study
 * @param seed seed of everything random
 */
public record StudyContext(Lamina lamina, PreparedData data, NetworkConfig network, long seed) {}
