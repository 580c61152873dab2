// Package pages draws what people see in a browser: the family's page about
// itself and the console of the cooperative.
//
// Pages are plain HTML that works without JavaScript; charts are SVG. Every
// figure comes from disclosure.Gate and every word from the catalogues. The
// package keeps nothing but its templates, and knows no store.
package pages
