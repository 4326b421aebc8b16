package dev.lamina.config;

import java.util.Locale;

/** What {@code lamina.backend} asks for. */
public enum BackendChoice {
  /** The first available of {@code cuda} and {@code cpu}. */
  AUTO,
  /** An NVIDIA GPU; its absence is an error. */
  CUDA,
  /** The host's processor. */
  CPU;

  /** {@return the word used in config files and on the command line} */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
