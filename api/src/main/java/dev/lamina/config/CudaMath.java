package dev.lamina.config;

import java.util.Locale;

/** In which arithmetic the {@code cuda} backend forms the products of float32 matrices. */
public enum CudaMath {
  /** Whatever of the others is fastest on the device at float32 accuracy. */
  AUTO,
  /** float32 multiply-add. */
  FLOAT32,
  /** Three TensorFloat-32 products per float32 product: float32 accuracy on tensor cores. */
  TF32X3,
  /** float64 multiply-add, rounded to float32 on store. */
  FLOAT64;

  /** {@return the word used in config files} */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
