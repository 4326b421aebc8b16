package dev.lamina.config;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * What the {@code cuda} backend is told.
 *
 * @param device number of the GPU as the driver counts them, ≥ 0
 * @param math arithmetic of float32 products
 * @param libraryPath folder to look for the CUDA libraries in first, if not the system's
 */
public record CudaConfig(int device, CudaMath math, Optional<Path> libraryPath) {

  /** Checks the device number. */
  public CudaConfig {
    if (device < 0) {
      throw new IllegalArgumentException("lamina.cuda.device must be ≥ 0 but is " + device);
    }
    Objects.requireNonNull(math, "lamina.cuda.math");
    Objects.requireNonNull(libraryPath, "lamina.cuda.library-path");
  }
}
