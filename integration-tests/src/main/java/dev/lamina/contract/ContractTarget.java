package dev.lamina.contract;

import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.config.LaminaConfig;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What {@link ContractMain} can hold to the contracts. */
enum ContractTarget {
  /** The installed {@code cuda} backend. */
  CUDA("cuda", "cuda"),
  /** The installed {@code cpu} backend. */
  CPU("cpu", "cpu"),
  /** The {@code cuda} backend on the device that the processor imitates. */
  CUDA_EMULATED("cuda-emulated", "cuda (emulated)");

  private final String word;
  private final String label;

  ContractTarget(String word, String label) {
    this.word = word;
    this.label = label;
  }

  /** Returns the name in the printed count. */
  String label() {
    return label;
  }

  /** Opens the backend, or skips or fails the test as {@link ContractBackends} says. */
  Backend open(LaminaConfig config) {
    return switch (this) {
      case CUDA -> ContractBackends.open(BackendId.CUDA, config);
      case CPU -> ContractBackends.open(BackendId.CPU, config);
      case CUDA_EMULATED -> EmulatedBackends.open(config);
    };
  }

  /** Returns the target of a command line word. */
  static Optional<ContractTarget> of(String word) {
    return Arrays.stream(values()).filter(target -> target.word.equals(word)).findFirst();
  }

  /** Returns the words of the command line. */
  static List<String> words() {
    return Arrays.stream(values()).map(target -> target.word).toList();
  }
}
