/** The example that uses Guice. */
package dev.lamina.examples.inject;
