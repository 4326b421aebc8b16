package dev.lamina.ops;

/**
 * Which stream of Gaussian noise is meant. Entry number i of a stream is a function of the key and
 * i alone, so the noise does not depend on threads, tiles or devices, and a run that is resumed
 * continues with the same numbers.
 *
 * <p>With mix the output function of {@link java.util.SplittableRandom} (Steele, Lea and Flood
 * 2014), γ = 0x9e3779b97f4a7c15 and key k, the uniform numbers are
 *
 * <pre>
 *   bᵢ = mix(k + (i + 1)γ) / 2¹¹ (unsigned),   uᵢ = (b₂ᵢ + 1)/2⁵³ in (0, 1],   vᵢ = b₂ᵢ₊₁/2⁵³ in [0, 1),
 * </pre>
 *
 * that is, the successive outputs of a {@code SplittableRandom} seeded with k, and the noise is ξᵢ
 * = √(−2 ln uᵢ) cos 2πvᵢ (Box and Muller 1958).
 *
 * @param key k
 */
public record NoiseKey(long key) {

  /**
   * {@return the key of one use of noise in a run}
   *
   * @param seed seed of the run
   * @param step number of the training step
   * @param stream which parameter matrix
   */
  public static NoiseKey of(long seed, long step, long stream) {
    return new NoiseKey(mix(mix(mix(seed) + step) + stream));
  }

  /** The bijection of SplittableRandom: Stafford's variant 13 of the MurmurHash3 finaliser. */
  private static long mix(long bits) {
    long z = bits + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
