/**
 * Reduces every kernel to what a backend runs: a statistic of each pair of rows, a program for each
 * row, and a program for each entry.
 *
 * <p><b>Complements.</b> An entry program never carries a cosine c = k(x,z)/√(k(x,x)k(z,z)) but its
 * complement s = 1 − c, because depth amplifies the error of s near parallel inputs and a rounded
 * cosine has lost s there. A sum of kernels has as its unit-norm form a sum of products of
 * <em>shares</em>, aᵢ(x) = √(kᵢ(x,x)/Σⱼ kⱼ(x,x)), for which
 *
 * <pre>  s = ½ Σᵢ (aᵢ(x) − aᵢ(z))² + Σᵢ aᵢ(x) aᵢ(z) sᵢ</pre>
 *
 * holds without cancellation. Bias, residual connections and the terms of the tangent kernel are
 * all such sums, so one {@link dev.lamina.lowering.Instruction.Blend} instruction serves them all.
 */
package dev.lamina.lowering;
