/** Small programs that show Lamina used as a library. */
package dev.lamina.examples;
