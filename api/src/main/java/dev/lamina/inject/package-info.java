/** Lamina for programs that are assembled with Guice. */
package dev.lamina.inject;
