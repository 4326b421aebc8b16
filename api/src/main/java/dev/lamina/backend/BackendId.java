package dev.lamina.backend;

/** The ways to compute, in the order in which {@code lamina.backend = auto} prefers them. */
public enum BackendId {
  /** An NVIDIA GPU through CUDA. */
  CUDA,
  /** The host's processor. */
  CPU;

  /** {@return the name used in config files and on the command line: {@code cuda}, {@code cpu}} */
  public String text() {
    return this == CUDA ? "cuda" : "cpu";
  }
}
