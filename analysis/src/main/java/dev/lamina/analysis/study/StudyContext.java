package dev.lamina.analysis.study;

import dev.lamina.Lamina;
import dev.lamina.analysis.data.PreparedData;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What all sections of a study have in common.
 *
 * @param lamina the open backend and the settings
 * @param data training and test samples in the precision of the settings; the runner closes them
 * @param network the network under study
 * @param seed seed of everything random
 * @param folder where a section may keep files of its own, such as checkpoints from which it goes
 *     on after an interruption; it may not be there yet. Empty if nothing is to be kept
 */
public record StudyContext(
    Lamina lamina, PreparedData data, NetworkConfig network, long seed, Optional<Path> folder) {

  /**
   * A context in which nothing is kept.
   *
   * @param lamina the open backend and the settings
   * @param data training and test samples
   * @param network the network under study
   * @param seed seed of everything random
   */
  public StudyContext(Lamina lamina, PreparedData data, NetworkConfig network, long seed) {
    this(lamina, data, network, seed, Optional.empty());
  }

  /** Returns the same context with another folder. */
  StudyContext in(Path other) {
    return new StudyContext(lamina, data, network, seed, Optional.of(other));
  }
}
